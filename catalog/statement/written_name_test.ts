import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { writtenName } from "./written_name.ts";

describe("writtenName()", () => {
  const cases: [name: string, written: string][] = [
    ["version_2", "version_2"],
    ["rowVersion", '"rowVersion"'],
    ["order", '"order"'],
    ["key", "key"],
    ['a"b', '"a""b"'],
    ["", '""'],
    ["2nd", '"2nd"'],
  ];
  for (const [name, written] of cases) {
    it(`writes ${name || "nothing"} as ${written}`, () => expect(writtenName(name)).toBe(written));
  }
});
