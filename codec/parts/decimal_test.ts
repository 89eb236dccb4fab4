import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { compareDecimals, decimalText, parseDecimal, parseStoredDecimal } from "./decimal.ts";

describe("parseDecimal()", () => {
  it("keeps the unscaled value and the scale", () => {
    expect(parseDecimal("-12.50")).toEqual({ unscaled: -1250n, scale: 2 });
    expect(parseDecimal("12e3")).toEqual({ unscaled: 12n, scale: -3 });
    expect(parseDecimal("1.5E-3")).toEqual({ unscaled: 15n, scale: 4 });
    expect(parseDecimal("007")).toEqual({ unscaled: 7n, scale: 0 });
  });

  it("returns undefined for text that is malformed or out of bounds", () => {
    const texts = [
      "",
      "-",
      "+1",
      "1.",
      ".1",
      "1e",
      "1e+",
      " 1",
      "1 ",
      "1_0",
      "0x1",
      "1e10001",
      "1e-10001",
      "0e10001",
      "0.1e-10000",
      "1e5000000",
      "1e2147483649",
      "1e99999999999",
      "9".repeat(10_001),
      `0.${"0".repeat(10_000)}`,
    ];
    for (const text of texts) expect([text, parseDecimal(text)]).toEqual([text, undefined]);
  });
});

describe("decimalText()", () => {
  it("prints as BigDecimal.toString(), and reads back the same", () => {
    const cases: [bigint, number, string][] = [
      [0n, 0, "0"],
      [0n, 2, "0.00"],
      [0n, 6, "0.000000"],
      [0n, 7, "0E-7"],
      [0n, -5, "0E+5"],
      [5n, 3, "0.005"],
      [-5n, 7, "-5E-7"],
      [-12345n, 2, "-123.45"],
      [12345n, 11, "1.2345E-7"],
      [12345n, 10, "0.0000012345"],
      [12345n, -1, "1.2345E+5"],
      [-1n, -2147483648, "-1E+2147483648"],
      [10n, 2147483647, "1.0E-2147483646"],
    ];
    for (const [unscaled, scale, text] of cases) {
      expect(decimalText({ unscaled, scale })).toBe(text);
      expect(parseStoredDecimal(text)).toEqual({ unscaled, scale });
      const bounded = Math.abs(scale) <= 10_000 ? { unscaled, scale } : undefined;
      expect([text, parseDecimal(text)]).toEqual([text, bounded]);
    }
  });

  it("is never much longer than the digits that are stored", () => {
    for (const scale of [-(2 ** 31), -10_000, -1, 0, 1, 6, 10_000, 2 ** 31 - 1]) {
      for (const digits of ["1", "123456789", "9".repeat(100)]) {
        const { length } = decimalText({ unscaled: BigInt(digits), scale });
        expect(length).toBeLessThanOrEqual(digits.length + 14);
      }
    }
  });
});

describe("compareDecimals()", () => {
  const ascending = [
    "-1E+10000",
    "-2",
    "-1.01",
    "-1",
    "-0.99",
    "-1E-10000",
    "0",
    "1E-10000",
    "0.09",
    "0.1",
    "0.11",
    "1",
    "1.000000000000000000000000000000000001",
    "9.99",
    "10",
    "9007199254740992",
    "9007199254740993",
    "1E+10000",
  ];

  it("orders numbers by what they are worth", () => {
    const decimals = ascending.map((text) => parseDecimal(text)!);
    for (const [i, one] of decimals.entries()) {
      for (const [j, other] of decimals.entries()) {
        const order = [ascending[i], ascending[j], Math.sign(compareDecimals(one, other))];
        expect(order).toEqual([ascending[i], ascending[j], Math.sign(i - j)]);
      }
    }
  });

  it("knows numbers that are worth the same", () => {
    const equal = [["1", "1.000"], ["10", "1E+1"], ["0", "0E+10000"], ["-0.50", "-5E-1"]];
    for (const [one = "", other = ""] of equal) {
      expect(compareDecimals(parseDecimal(one)!, parseDecimal(other)!)).toBe(0);
    }
  });
});
