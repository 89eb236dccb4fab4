import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import type { DescribedStatement, DriverColumn, DriverType } from "../internals/driver_types.ts";
import { fingerprintOf, withMark } from "./fingerprint.ts";

const { dataTypes } = cassandra.types;
const INT = { code: dataTypes.int };
const TEXT = { code: dataTypes.varchar, info: null };

const list = (of: DriverType): DriverType => ({ code: dataTypes.list, info: of });
const map = (...of: DriverType[]): DriverType => ({ code: dataTypes.map, info: of });
const custom = (name: string): DriverType => ({ code: dataTypes.custom, info: name });
const udt = (name: string, fields: DriverColumn[], keyspace = "k"): DriverType => ({
  code: dataTypes.udt,
  info: { keyspace, name, fields },
});

function binds(...types: DriverType[]): Pick<DescribedStatement, "binds" | "partitionKey"> {
  return { binds: types.map((type, index) => ({ name: `m${index}`, type })), partitionKey: [0] };
}

const X: DriverColumn = { name: "x", type: INT };
const Y: DriverColumn = { name: "y", type: INT };

describe("fingerprintOf()", () => {
  const ALL = [
    ["int", binds(INT)],
    ["text", binds(TEXT)],
    ["two ints", binds(INT, INT)],
    ["no markers", { binds: [], partitionKey: [] }],
    ["another name", { binds: [{ name: "other", type: INT }], partitionKey: [0] }],
    ["another partition key", { ...binds(INT), partitionKey: [] }],
    ["a list of int", binds(list(INT))],
    ["a list of text", binds(list(TEXT))],
    ["a list of lists", binds(list(list(INT)))],
    ["a map of int to text", binds(map(INT, TEXT))],
    ["a map of text to int", binds(map(TEXT, INT))],
    ["a vector", binds(custom("VectorType(FloatType, 2)"))],
    ["a longer vector", binds(custom("VectorType(FloatType, 3)"))],
    ["a user-defined type", binds(udt("t", [X, Y]))],
    ["one with its fields the other way round", binds(udt("t", [Y, X]))],
    ["one with a field of another type", binds(udt("t", [X, { ...Y, type: TEXT }]))],
    ["one with a field less", binds(udt("t", [X]))],
    ["one with another name", binds(udt("u", [X, Y]))],
    ["one of another keyspace", binds(udt("t", [X, Y], "l"))],
    ["a list of a user-defined type", binds(list(udt("t", [X, Y])))],
    ["a list of one with another field", binds(list(udt("t", [X, { ...Y, name: "z" }])))],
  ] as const;

  it("differs where a value would mean something else", () => {
    const found = new Map<string, string>();
    for (const [what, statement] of ALL) {
      const fingerprint = fingerprintOf(statement);
      expect([what, found.get(fingerprint)]).toEqual([what, undefined]);
      found.set(fingerprint, what);
    }
  });

  it("is the same for the same types, however they are spelt by the driver", () => {
    expect(fingerprintOf(binds({ code: dataTypes.int, info: null }))).toBe(
      fingerprintOf(binds(INT)),
    );
    expect(fingerprintOf(binds(udt("t", [{ ...X }, { ...Y }])))).toBe(
      fingerprintOf(binds(udt("t", [X, Y]))),
    );
  });

  it("fits into a comment", () => {
    expect(fingerprintOf(binds(custom("*/ DROP")))).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("withMark()", () => {
  it("begins a line of its own, after a comment that goes to the end too", () => {
    expect(withMark("SELECT 1 -- last", "m")).toBe("SELECT 1 -- last\n/* cqlgate m */");
  });
});
