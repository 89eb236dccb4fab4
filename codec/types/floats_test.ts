import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { codecFor } from "../codec_for.ts";
import {
  expectBytes,
  expectRefused,
  expectText,
  expectTextRefused,
} from "../../tests/support/codec/expect_codec.ts";
import { parseJson } from "../json/parse_json.ts";

describe("double", () => {
  it("is a number, or a string where JSON has none", () => {
    expectBytes({ kind: "double" }, [
      ["0", "0000000000000000"],
      ["1.5", "3ff8000000000000"],
      ["5e-324", "0000000000000001"],
      ["1.7976931348623157e+308", "7fefffffffffffff"],
      ['"NaN"', "7ff8000000000000"],
      ['"Infinity"', "7ff0000000000000"],
      ['"-Infinity"', "fff0000000000000"],
      ["-0.0", "8000000000000000"],
      ["-0", "8000000000000000", "-0.0"],
      ["-0e5", "8000000000000000", "-0.0"],
      ["-0.000", "8000000000000000", "-0.0"],
      ["0.0", "0000000000000000", "0"],
      ["1.0", "3ff0000000000000", "1"],
      ["9007199254740992", "4340000000000000"],
      ["123456789012345680000", "441ac53a7e04bcda"],
      ["1e300", "7e37e43c8800759c", "1e+300"],
      // Exactly what is stored, though JavaScript prints other digits.
      ["36028797018963968", "4360000000000000", "36028797018963970"],
      ["36028797018963970", "4360000000000000"],
      ["-1152921504606846976", "c3b0000000000000", "-1152921504606847000"],
      ["1000000000000000000000", "444b1ae4d6e2ef50", "1e+21"],
    ]);
  });

  it("refuses an integer that JSON.parse would round, and what would become zero", () => {
    const expected = "Expected a number that a double can hold";
    expectRefused({ kind: "double" }, [
      ["9007199254740993", expected],
      ["-9007199254740993", expected],
      ["1152921504606846977", expected],
      ["1152921504606846975", expected],
      ["1000000000000000000001", expected],
      ["1e-400", expected],
      ["-0.1e-400", expected],
    ]);
    expectRefused({ kind: "float" }, [["1e-60", "Expected a number that a float can hold"]]);
  });

  it("refuses what it would turn into infinity", () => {
    const expected = "Expected a number that a double can hold";
    expectRefused({ kind: "double" }, [
      ["1e400", expected],
      ["-1e400", expected],
      ['"1.5"', expected],
      ['"nan"', expected],
      ['"-0"', expected],
      ["null", expected],
    ]);
  });

  it("is a JSON number or a special value in a URL", () => {
    expectText({ kind: "double" }, [["1.5", "1.5"], ["-0", "-0"], ["NaN", '"NaN"'], [
      "1e3",
      "1e3",
    ], ["0036028797018963968", "36028797018963968"]]);
    expectTextRefused({ kind: "double" }, ["", " 1", "0x1", "1.", ".5", "1e999", "infinity"]);
  });
});

describe("float", () => {
  it("prints the fewest digits that come back the same", () => {
    expectBytes({ kind: "float" }, [
      ["0.1", "3dcccccd"],
      ["16777216", "4b800000"],
      ["16777217.0", "4b800000", "16777216"],
      ["16777216.5", "4b800000", "16777216"],
      ["1.6777217e7", "4b800000", "16777216"],
      ["1073741824", "4e800000", "1073741800"],
      ["1234568000", "4e932c06"],
      ["9007199254740992", "5a000000", "9007199000000000"],
      ["36028797018963968", "5b000000", "36028797000000000"],
      ["3.4028235e+38", "7f7fffff"],
      ["1e-45", "00000001"],
      ["1.1754944e-38", "00800000"],
      ["33554432", "4c000000"],
      ["8388609.5", "4b000002", "8388610"],
      ["0.3", "3e99999a"],
      ["999.99994", "4479ffff"],
      ["1.1", "3f8ccccd"],
      ["123456.79", "47f12065"],
      ["-0.0", "80000000"],
      ['"NaN"', "7fc00000"],
      ['"-Infinity"', "ff800000"],
    ]);
  });

  it("prints any float so that it comes back the same, in no more digits than it takes", () => {
    const codec = codecFor({ kind: "float" });
    const bytes = Buffer.alloc(4);
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7f80_0000; bits += 4_009) {
      bytes.writeUInt32BE(bits);
      const float = bytes.readFloatBE(0);
      const json = Number(codec.decode(bytes, 0, 4));
      const fewest = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        .find((count) => Math.fround(Number(float.toPrecision(count))) === float) ?? 0;
      const digits = json.toExponential().replace(/e.*/, "").replace(/\D/g, "").length;
      // Integers below 2^24 are exact as they are: they print in full.
      const isShort = digits <= fewest || Number.isInteger(float) && float < 2 ** 24;
      if (Math.fround(json) !== float || !isShort) wrong.push(float);
    }
    expect(wrong).toEqual([]);
  });

  it("refuses an integer that it would turn into another one", () => {
    const expected = "Expected a number that a float can hold";
    const integers = [
      "16777217",
      "-16777217",
      "1234567890",
      "9007199254740991",
      "9007199254740993",
    ];
    expectRefused({ kind: "float" }, integers.map((integer) => [integer, expected]));
    expectTextRefused({ kind: "float" }, integers);
    expectText({ kind: "float" }, [["16777216", "16777216"], ["16777217.0", "16777216"]]);
    expect(codecFor({ kind: "float" }).input.safeParse(16_777_217).success).toBe(false);
  });

  it("takes any integer that it prints", () => {
    const { decode, encode, input, text } = codecFor({ kind: "float" });
    const bytes = Buffer.alloc(4);
    const wrong: number[] = [];
    // From 2^24, from where on not every integer is a float, to beyond what prints without exponent.
    for (let bits = 0x4b80_0000; bits < 0x6300_0000; bits += 40_009) {
      bytes.writeUInt32BE(bits);
      const json = JSON.stringify(decode(bytes, 0, 4));
      const back = [input.safeParse(parseJson(json)), text.safeParse(json)];
      if (!back.every(({ success, data }) => success && encode(data).equals(bytes))) {
        wrong.push(bits);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("refuses what it would turn into infinity", () => {
    const expected = "Expected a number that a float can hold";
    expectRefused({ kind: "float" }, [["3.5e38", expected], ["1e400", expected], [
      '"0.1"',
      expected,
    ]]);
  });
});
