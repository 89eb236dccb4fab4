import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { writePaths } from "./write_paths.ts";

describe("writePaths()", () => {
  const CASES: [text: string | undefined, paths: string[]][] = [
    [undefined, []],
    ["", []],
    ["off", []],
    ["stdout", []],
    ["otlp", []],
    ["file:/var/log/audit.jsonl", ["/var/log/audit.jsonl"]],
    [" file:audit.jsonl ", ["audit.jsonl"]],
    ["socket:/run/audit.sock", ["/run/audit.sock"]],
    ["socket:collector:7000", []],
  ];
  for (const [text, paths] of CASES) {
    it(`gives ${paths.length === 0 ? "no path" : paths.join()} for ${JSON.stringify(text)}`, () => {
      expect(writePaths(text === undefined ? {} : { AUDIT_LOG: text })).toEqual(paths);
    });
  }
});
