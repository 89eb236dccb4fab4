import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { CqlType } from "./codec.ts";
import { parseMarshalType } from "./marshal.ts";
import { cqlName } from "./type_name.ts";

const P = "org.apache.cassandra.db.marshal.";

describe("parseMarshalType()", () => {
  it("reads the names that Cassandra sends", () => {
    const cases: [string, string][] = [
      [`${P}DurationType`, "duration"],
      [`${P}VectorType(${P}FloatType , 3)`, "vector<float, 3>"],
      [
        `${P}VectorType(${P}FrozenType(${P}MapType(${P}UTF8Type,${P}ListType(${P}Int32Type))) , 3)`,
        "vector<map<text, list<int>>, 3>",
      ],
      [`${P}ReversedType(${P}TimestampType)`, "timestamp"],
      [`${P}SetType(${P}SimpleDateType)`, "set<date>"],
      [`${P}TupleType(${P}Int32Type,${P}TupleType(${P}IntegerType))`, "tuple<int, tuple<varint>>"],
      ["ListType(LongType)", "list<bigint>"],
    ];
    for (const [name, cql] of cases) expect(cqlName(parseMarshalType(name))).toBe(cql);
  });

  it("reads user-defined types, whose names are hexadecimal", () => {
    const expected: CqlType = {
      kind: "udt",
      name: "My Type",
      fields: [
        { name: "a B", type: { kind: "int" } },
        { name: "x", type: { kind: "tuple", of: [{ kind: "int" }, { kind: "text" }] } },
      ],
    };
    const name = `${P}UserType(ks,4d792054797065,612042:${P}Int32Type,` +
      `78:${P}TupleType(${P}Int32Type,${P}UTF8Type))`;
    expect(parseMarshalType(name)).toEqual(expected);
  });

  it("gives the unknown type for what it does not know, by its name", () => {
    const names = [
      `${P}PartitionerDefinedOrder`,
      "com.example.MoneyType",
      `com.example.UTF8Type`,
      "",
      `${P}ListType`,
      `${P}ListType()`,
      `${P}ListType(${P}Int32Type`,
      `${P}ListType(${P}Int32Type))`,
      `${P}VectorType(${P}FloatType , x)`,
      `${P}VectorType(${P}FloatType , 0)`,
      `${P}Int32Type(${P}Int32Type)`,
    ];
    for (const name of names) {
      expect([name, parseMarshalType(name).kind]).toEqual([name, "unknown"]);
    }
    expect(parseMarshalType(`${P}SetType(com.example.MoneyType)`)).toEqual({
      kind: "set",
      of: { kind: "unknown", name: "com.example.MoneyType" },
    });
  });
});
