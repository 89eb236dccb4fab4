import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { decimalText, parseDecimal, toInteger } from "./decimal.ts";

describe("parseDecimal()", () => {
  it("keeps the unscaled value and the scale", () => {
    expect(parseDecimal("-12.50")).toEqual({ unscaled: -1250n, scale: 2 });
    expect(parseDecimal("12e3")).toEqual({ unscaled: 12n, scale: -3 });
    expect(parseDecimal("1.5E-3")).toEqual({ unscaled: 15n, scale: 4 });
    expect(parseDecimal("007")).toEqual({ unscaled: 7n, scale: 0 });
  });

  it("gives undefined for what is none or out of bounds", () => {
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
      "1e2147483649",
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
      expect(parseDecimal(text)).toEqual({ unscaled, scale });
    }
  });
});

describe("toInteger()", () => {
  it("gives the integer, or undefined where there is a fraction or it is absurdly large", () => {
    const cases: [string, bigint | undefined][] = [
      ["10.0", 10n],
      ["-1e3", -1000n],
      ["120e-1", 12n],
      ["125e-1", undefined],
      ["0e-2147483647", 0n],
      ["0e2147483647", 0n],
      ["1e-2147483647", undefined],
      ["1e1000", 10n ** 1000n],
      ["1e1001", undefined],
    ];
    for (const [text, integer] of cases) {
      const decimal = parseDecimal(text);
      expect([text, decimal && toInteger(decimal)]).toEqual([text, integer]);
    }
  });
});
