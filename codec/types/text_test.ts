import { describe, it } from "@std/testing/bdd";
import {
  expectBytes,
  expectRefused,
  expectText,
  expectTextRefused,
} from "../../tests/support/codec/expect_codec.ts";

describe("text", () => {
  it("is UTF-8, NUL and the empty string among it", () => {
    expectBytes({ kind: "text" }, [
      ['""', ""],
      ['"\\u0000"', "00"],
      ['"é😀"', "c3a9f09f9880"],
      ['"__proto__"', "5f5f70726f746f5f5f"],
    ]);
  });

  it("refuses lone surrogates and what is not a string", () => {
    expectRefused({ kind: "text" }, [
      ['"a\\ud83d"', "lone surrogates"],
      ['"\\ude00b"', "lone surrogates"],
      ["1", "Expected a string"],
      ["1.0", "Expected a string"],
      ["null", "Expected a string"],
    ]);
  });
});

describe("ascii", () => {
  it("is seven bits", () => {
    expectBytes({ kind: "ascii" }, [['""', ""], [
      '"az~\\u007f\\u0000"',
      "617a7e7f00",
      '"az~\x7f\\u0000"',
    ]]);
    expectRefused({ kind: "ascii" }, [
      ['"é"', "Expected a string of ASCII characters"],
      ['"\\u0080"', "ASCII"],
      ['"\\ud83d"', "ASCII"],
      ["5", "ASCII"],
    ]);
  });
});

describe("blob", () => {
  it("is base64", () => {
    expectBytes({ kind: "blob" }, [
      ['""', ""],
      ['"yv66vg=="', "cafebabe"],
      ['"+/8="', "fbff"],
      ['"AAAA"', "000000"],
    ]);
  });

  it("refuses every other spelling", () => {
    const expected = "Expected a string in base64 with padding";
    expectRefused({ kind: "blob" }, [
      ['"yv66vg"', expected],
      ['"yv66vh=="', expected],
      ['"-_8="', expected],
      ['"AA AA"', expected],
      ['"AAAA\\n"', expected],
      ['"0xcafe"', expected],
      ["[1]", expected],
    ]);
  });
});

describe("boolean", () => {
  it("is true or false", () => {
    expectBytes({ kind: "boolean" }, [["true", "01"], ["false", "00"]]);
    expectRefused({ kind: "boolean" }, [["1", "Expected true or false"], ['"true"', "Expected"]]);
    expectText({ kind: "boolean" }, [["true", "true"], ["false", "false"]]);
    expectTextRefused({ kind: "boolean" }, ["", "True", "1", "yes"]);
  });
});
