import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { exportsConsole } from "./console_export.ts";

describe("exportsConsole()", () => {
  const CASES: readonly [exports: boolean, env: Readonly<Record<string, string>>][] = [
    [false, {}],
    [true, { OTEL_DENO: "true" }],
    [true, { OTEL_DENO: "TRUE" }],
    // Which the runtime does not take for true either.
    [false, { OTEL_DENO: "1" }],
    [false, { OTEL_DENO: "false" }],
    [false, { OTEL_DENO: "" }],
    [false, { OTEL_DENO: "true", OTEL_DENO_CONSOLE: "ignore" }],
    [true, { OTEL_DENO: "true", OTEL_DENO_CONSOLE: "replace" }],
    [true, { OTEL_DENO_CONSOLE: "capture" }],
    [true, { OTEL_DENO: "true", OTEL_DENO_CONSOLE: "unknown" }],
    [false, { OTEL_DENO: "true", OTEL_SDK_DISABLED: "true" }],
    [false, { OTEL_DENO_CONSOLE: "capture", OTEL_SDK_DISABLED: "true" }],
  ];
  for (const [exports, env] of CASES) {
    it(`is ${exports} with ${JSON.stringify(env)}`, () => {
      expect(exportsConsole(env)).toBe(exports);
    });
  }
});
