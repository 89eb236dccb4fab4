import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { codecFor } from "../codec_for.ts";
import { expectBytes, expectRefused } from "../../tests/support/codec/expect_codec.ts";

describe("decimal", () => {
  it("keeps value and scale, and prints as BigDecimal does", () => {
    expectBytes({ kind: "decimal" }, [
      ['"0"', "0000000000"],
      ['"1.0"', "000000010a"],
      ['"-1.5"', "00000001f1"],
      ['"1e400"', "fffffe7001", '"1E+400"'],
      ['"1E-7"', "0000000701"],
      ['"0.0000001"', "0000000701", '"1E-7"'],
      ['"0.000001"', "0000000601"],
      ['"123456789012345678901234567890.5"', "000000010f951a9fa3a286c94f0e766c39"],
      ['"1e3"', "fffffffd01", '"1E+3"'],
      ['"-12.5e10"', "fffffff783", '"-1.25E+11"'],
      ['"-0.0"', "0000000100", '"0.0"'],
      ['"0E+3"', "fffffffd00"],
      ['"0E+5"', "fffffffb00"],
      ['"1E-10000"', "0000271001"],
      ['"1E+10000"', "ffffd8f001"],
      // A decimal has one zero, whatever its sign.
      ['"-0"', "0000000000", '"0"'],
      ["-0", "0000000000", '"0"'],
      ["-0.00", "0000000200", '"0.00"'],
      ['"-0E+3"', "fffffffd00", '"0E+3"'],
    ]);
  });

  it("reads a scale without digits, which Cassandra stores, as zero", () => {
    const decimal = codecFor({ kind: "decimal" });
    expect(decimal.decode(Buffer.from("00000002", "hex"), 0, 4)).toBe("0.00");
    expect(decimal.decode(Buffer.from("fffffffd", "hex"), 0, 4)).toBe("0E+3");
  });

  it("takes numbers exactly as they are written", () => {
    expectBytes({ kind: "decimal" }, [
      ["1.0", "000000010a", '"1.0"'],
      ["0.1", "0000000101", '"0.1"'],
      ["12", "000000000c", '"12"'],
      ["0.10000000000000000001", "00000014008ac7230489e80001", '"0.10000000000000000001"'],
    ]);
  });

  it("refuses what is not a number, and absurd sizes", () => {
    const expected =
      "Expected a decimal number of at most 10000 digits and a scale from -10000 to 10000";
    expectRefused({ kind: "decimal" }, [
      ['"1E-10001"', expected],
      ['"1E+10001"', expected],
      ["1e5000000", expected],
      ['"0E+5000000"', expected],
      ['"0E-5000000"', expected],
      ['"1E+2147483649"', expected],
      ['"1e99999999999"', expected],
      [`"${"9".repeat(10_001)}"`, expected],
      ['"NaN"', expected],
      ['"1."', expected],
      ['".5"', expected],
      ['"1,5"', expected],
      ['""', expected],
      ["null", expected],
    ]);
  });

  it("refuses a number that was rounded before it came", () => {
    const { input } = codecFor({ kind: "decimal" });
    expect(input.safeParse(2 ** 53).success).toBe(false);
    expect(input.safeParse(2 ** 53 - 1).success).toBe(true);
    expect(input.safeParse(Infinity).success).toBe(false);
  });
});
