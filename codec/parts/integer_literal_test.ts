import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseIntegerLiteral } from "./integer_literal.ts";

describe("parseIntegerLiteral()", () => {
  const cases: [text: string, integer: bigint | undefined][] = [
    ["0", 0n],
    ["-0", 0n],
    ["-12", -12n],
    ["007", 7n],
    ["10.0", 10n],
    ["-1e3", -1000n],
    ["1.50e1", 15n],
    ["120e-1", 12n],
    ["1200.00e-2", 12n],
    ["125e-1", undefined],
    ["1.5", undefined],
    ["1e-1", undefined],
    ["10e-2", undefined],
    ["0.0", 0n],
    ["0e-2147483647", 0n],
    ["0e9999999999", 0n],
    ["1e-2147483647", undefined],
    ["1e100", 10n ** 100n],
    ["1e101", undefined],
    ["1.5e101", 15n * 10n ** 100n],
    ["1e99999999999", undefined],
    ["9".repeat(10_000), 10n ** 10_000n - 1n],
    ["9".repeat(10_001), undefined],
    [`1${"0".repeat(9_999)}e-9999`, 1n],
    [`1${"0".repeat(9_999)}e100`, 10n ** 10_099n],
    ["", undefined],
    ["+1", undefined],
    ["1.", undefined],
    [" 1", undefined],
    ["0x1", undefined],
  ];
  for (const [text, integer] of cases) {
    const name = text.length > 40
      ? `${text.slice(0, 8)}… of ${text.length} characters`
      : `"${text}"`;
    it(`reads ${name} as ${integer === undefined ? "none" : "an integer"}`, () => {
      expect(parseIntegerLiteral(text)).toBe(integer);
    });
  }
});
