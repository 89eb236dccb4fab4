import { describe, it } from "@std/testing/bdd";
import {
  expectBytes,
  expectRefused,
  expectText,
  expectTextRefused,
} from "../../tests/support/codec/expect_codec.ts";

describe("tinyint, smallint, int", () => {
  it("are JSON numbers", () => {
    expectBytes({ kind: "tinyint" }, [["0", "00"], ["127", "7f"], ["-128", "80"], ["-1", "ff"]]);
    expectBytes({ kind: "smallint" }, [["1", "0001"], ["32767", "7fff"], ["-32768", "8000"]]);
    expectBytes({ kind: "int" }, [
      ["0", "00000000"],
      ["2147483647", "7fffffff"],
      ["-2147483648", "80000000"],
    ]);
  });

  it("take every spelling of an integer", () => {
    expectBytes({ kind: "int" }, [
      ["1.0", "00000001", "1"],
      ["1e2", "00000064", "100"],
      ["1200e-2", "0000000c", "12"],
      ["-0", "00000000", "0"],
    ]);
  });

  it("refuse what is out of range, not whole or not a number", () => {
    expectRefused({ kind: "tinyint" }, [
      ["128", "Expected an integer from -128 to 127"],
      ["-129", "from -128 to 127"],
      ["1.5", "from -128 to 127"],
      ["1e99999999", "from -128 to 127"],
      ['"1"', "from -128 to 127"],
      ["true", "from -128 to 127"],
      ["null", "from -128 to 127"],
    ]);
    expectRefused({ kind: "smallint" }, [["32768", "from -32768 to 32767"]]);
    expectRefused({ kind: "int" }, [
      ["2147483648", "from -2147483648 to 2147483647"],
      ["9007199254740993", "from -2147483648 to 2147483647"],
      ["1e-1", "from -2147483648 to 2147483647"],
    ]);
  });

  it("are digits in a URL", () => {
    expectText({ kind: "int" }, [["5", "5"], ["-7", "-7"], ["007", "7"]]);
    expectTextRefused({ kind: "int" }, ["", " 5", "5 ", "+5", "5.0", "1e3", "0x10", "2147483648"]);
  });
});

describe("bigint, counter", () => {
  it("are strings", () => {
    for (const kind of ["bigint", "counter"] as const) {
      expectBytes({ kind }, [
        ['"0"', "0000000000000000"],
        ['"9223372036854775807"', "7fffffffffffffff"],
        ['"-9223372036854775808"', "8000000000000000"],
        ['"9007199254740993"', "0020000000000001"],
      ]);
    }
  });

  it("take numbers exactly as they are written", () => {
    expectBytes({ kind: "bigint" }, [
      ["5", "0000000000000005", '"5"'],
      ["9007199254740993", "0020000000000001", '"9007199254740993"'],
      ["9223372036854775807", "7fffffffffffffff", '"9223372036854775807"'],
      ["1e3", "00000000000003e8", '"1000"'],
      ["-1.0", "ffffffffffffffff", '"-1"'],
    ]);
  });

  it("refuse what is out of range or not whole", () => {
    const expected = "Expected an integer from -9223372036854775808 to 9223372036854775807";
    expectRefused({ kind: "bigint" }, [
      ['"9223372036854775808"', expected],
      ["9223372036854775808", expected],
      ["-9223372036854775809", expected],
      ["1.5", expected],
      ["1e19", expected],
      ['"1e3"', expected],
      ['"1.0"', expected],
      ['""', expected],
      ['"+1"', expected],
      ['" 1"', expected],
      ["[1]", expected],
    ]);
  });
});

describe("varint", () => {
  it("takes the fewest bytes, the first bit being the sign", () => {
    expectBytes({ kind: "varint" }, [
      ['"0"', "00"],
      ['"1"', "01"],
      ['"-1"', "ff"],
      ['"127"', "7f"],
      ['"128"', "0080"],
      ['"-128"', "80"],
      ['"-129"', "ff7f"],
      ['"255"', "00ff"],
      ['"256"', "0100"],
      ['"32767"', "7fff"],
      ['"32768"', "008000"],
      ['"-32768"', "8000"],
      ['"-32769"', "ff7fff"],
      ['"140737488355328"', "00800000000000"],
      ['"170141183460469231731687303715884105728"', `0080${"00".repeat(15)}`],
      ['"-170141183460469231731687303715884105728"', `80${"00".repeat(15)}`],
    ]);
  });

  it("takes numbers exactly as they are written", () => {
    expectBytes({ kind: "varint" }, [
      ["1e3", "03e8", '"1000"'],
      ["1e+21", "3635c9adc5dea00000", '"1000000000000000000000"'],
      ["1.50e1", "0f", '"15"'],
      ["0e999999999", "00", '"0"'],
      ["18446744073709551616", "010000000000000000", '"18446744073709551616"'],
    ]);
  });

  it("refuses fractions and absurd sizes", () => {
    const expected = "Expected an integer of at most 10000 digits";
    expectRefused({ kind: "varint" }, [
      ["1.5", expected],
      ["1e-20000", expected],
      ["1e101", expected],
      ["1e1000", "whose exponent stands for at most 100 zeros"],
      ["1e99999999999", expected],
      [`"${"9".repeat(10_001)}"`, expected],
      ['"0x10"', expected],
    ]);
  });
});
