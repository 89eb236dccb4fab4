import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { CqlType } from "../codec.ts";
import { codecFor } from "../codec_for.ts";
import { expectBytes, expectRefused, expectText } from "../../tests/support/codec/expect_codec.ts";

const INT: CqlType = { kind: "int" };
const TEXT: CqlType = { kind: "text" };
const PAIR: CqlType = { kind: "tuple", of: [TEXT, INT] };
const PLACE: CqlType = {
  kind: "udt",
  name: "place",
  fields: [{ name: "city", type: TEXT }, { name: "zip", type: INT }],
};

describe("tuple", () => {
  it("is an array, of nulls too", () => {
    expectBytes(PAIR, [
      ['["a",1]', "0000000161" + "0000000400000001"],
      ["[null,null]", "ffffffffffffffff"],
      ['["",null]', "00000000ffffffff"],
    ]);
    expectText(PAIR, [['["a", 1]', '["a",1]']]);
  });

  it("refuses another length", () => {
    expectRefused(PAIR, [
      ['["a"]', "Expected an array of 2 members"],
      ['["a",1,2]', "Expected an array of 2 members"],
      ['{"0":"a","1":1}', "Expected an array of 2 members"],
      ['["a","b"]', "Expected an integer"],
    ]);
  });

  it("decodes the members that an older row lacks as null", () => {
    expect(codecFor(PAIR).decode(Buffer.from("0000000161", "hex"), 0, 5)).toEqual(["a", null]);
  });
});

describe("udt", () => {
  it("is an object, whose missing fields are null", () => {
    const city = "0000000161";
    expectBytes(PLACE, [
      ['{"city":"a","zip":1}', city + "0000000400000001"],
      ['{"city":"a"}', city + "ffffffff", '{"city":"a","zip":null}'],
      ['{"zip":1,"city":null}', "ffffffff0000000400000001", '{"city":null,"zip":1}'],
      ["{}", "ffffffffffffffff", '{"city":null,"zip":null}'],
    ]);
  });

  it("refuses unknown fields and wrong ones by their place", () => {
    const { error } = codecFor(PLACE).input.safeParse({ city: 5, town: "a" });
    expect(error?.issues.map(({ path, message }) => [path, message])).toEqual([
      [["town"], "Expected one of the fields of place: city, zip"],
      [["city"], "Expected a string"],
    ]);
    expectRefused(PLACE, [
      ['{"__proto__":1}', "Expected one of the fields of place: city, zip"],
      ["[]", "Expected an object"],
    ]);
  });

  it("has no field that it only inherits", () => {
    const type: CqlType = {
      kind: "udt",
      name: "odd",
      fields: [{ name: "toString", type: TEXT }, { name: "__proto__", type: INT }],
    };
    expectBytes(type, [
      ["{}", "ffffffffffffffff", '{"toString":null,"__proto__":null}'],
      ['{"toString":"a","__proto__":1}', "0000000161" + "0000000400000001"],
    ]);
  });

  it("decodes the fields that an older row lacks as null", () => {
    const json = codecFor(PLACE).decode(Buffer.from("0000000161", "hex"), 0, 5);
    expect(json).toEqual({ city: "a", zip: null });
  });
});

describe("vector", () => {
  it("writes elements of a fixed length one after another", () => {
    expectBytes({ kind: "vector", of: { kind: "float" }, dimension: 3 }, [
      ["[1,2,-0.0]", "3f8000004000000080000000"],
    ]);
    expectBytes(
      { kind: "vector", of: { kind: "vector", of: INT, dimension: 1 }, dimension: 2 },
      [["[[1],[2]]", "0000000100000002"]],
    );
    expectBytes({ kind: "vector", of: { kind: "boolean" }, dimension: 2 }, [[
      "[true,false]",
      "0100",
    ]]);
  });

  it("writes the others each after its length", () => {
    expectBytes({ kind: "vector", of: TEXT, dimension: 2 }, [
      [`["a","${"x".repeat(130)}"]`, "0161" + "8082" + "78".repeat(130)],
    ]);
    expectBytes({ kind: "vector", of: { kind: "smallint" }, dimension: 2 }, [[
      "[1,-2]",
      "02000102fffe",
    ]]);
    expectBytes(
      { kind: "vector", of: { kind: "vector", of: TEXT, dimension: 1 }, dimension: 2 },
      [['[["a"],["bc"]]', "0201610302" + "6263"]],
    );
  });

  it("takes a length for just the types that Cassandra gives one", () => {
    const lengths: [CqlType, number][] = [
      [{ kind: "boolean" }, 1],
      [{ kind: "int" }, 4],
      [{ kind: "float" }, 4],
      [{ kind: "bigint" }, 8],
      [{ kind: "double" }, 8],
      [{ kind: "timestamp" }, 8],
      [{ kind: "uuid" }, 16],
      [{ kind: "timeuuid" }, 16],
      [{ kind: "tinyint" }, 2],
      [{ kind: "smallint" }, 3],
      [{ kind: "date" }, 5],
      [{ kind: "time" }, 9],
      [{ kind: "duration" }, 10],
      [{ kind: "inet" }, 17],
    ];
    for (const [of, length] of lengths) {
      const { example } = codecFor(of).input.meta() ?? {};
      const codec = codecFor({ kind: "vector", of, dimension: 1 });
      const bytes = codec.encode(codec.input.parse([example]));
      expect([of.kind, bytes.length]).toEqual([of.kind, length]);
    }
  });

  it("refuses another dimension and nulls", () => {
    expectRefused({ kind: "vector", of: { kind: "float" }, dimension: 2 }, [
      ["[1]", "Expected an array of 2 elements"],
      ["[1,2,3]", "Expected an array of 2 elements"],
      ["[1,null]", "Expected a number that a float can hold"],
      ["[1,16777217]", "Expected a number that a float can hold"],
      ['"[1,2]"', "Expected an array of 2 elements"],
    ]);
  });
});
