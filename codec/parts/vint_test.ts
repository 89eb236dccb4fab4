import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { decodeVint, encodeVint, unzigzag, vintLength, zigzag } from "./vint.ts";

describe("encodeVint()", () => {
  it("takes as many bytes as the leading ones of the first say", () => {
    const cases: [bigint, string][] = [
      [0n, "00"],
      [127n, "7f"],
      [128n, "8080"],
      [16_383n, "bfff"],
      [16_384n, "c04000"],
      [2n ** 49n - 1n, "fdffffffffffff"],
      [2n ** 56n - 1n, "feffffffffffffff"],
      [2n ** 56n, "ff0100000000000000"],
      [2n ** 64n - 1n, "ffffffffffffffffff"],
    ];
    for (const [value, hex] of cases) {
      const bytes = encodeVint(value);
      expect(bytes.toString("hex")).toBe(hex);
      expect(vintLength(bytes[0] ?? 0)).toBe(bytes.length);
      expect(decodeVint(bytes, 0)).toBe(value);
    }
  });
});

describe("zigzag()", () => {
  it("folds small magnitudes into small numbers", () => {
    const cases = [[0n, 0n], [-1n, 1n], [1n, 2n], [-2n, 3n], [2n ** 63n - 1n, 2n ** 64n - 2n], [
      -(2n ** 63n),
      2n ** 64n - 1n,
    ]];
    for (const [signed = 0n, unsigned = 0n] of cases) {
      expect(zigzag(signed)).toBe(unsigned);
      expect(unzigzag(unsigned)).toBe(signed);
    }
  });
});
