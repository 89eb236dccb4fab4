import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { PrimitiveKind } from "../../../codec/codec.ts";
import { codecFor } from "../../../codec/codec_for.ts";
import { parseCql } from "../../../tests/support/cql/parse_cql.ts";
import type { Table } from "../../schema/table.ts";
import type { PreparedParam, RowKey } from "../prepared_query.ts";
import { rowKeyOf } from "./row_key.ts";

const COLUMNS: Readonly<Record<string, PrimitiveKind>> = {
  a: "text",
  b: "text",
  c: "int",
  d: "decimal",
  f: "double",
  s: "int",
  v: "int",
};

/** `PRIMARY KEY ((a, b), …clustering)`, with the static column `s`. */
function keyOf(cql: string, clustering: readonly string[] = ["c"]): RowKey | null {
  const markers = new Set([...cql.matchAll(/:(\w+)/g)].map(([, name]) => name!));
  const params = [...markers].map((name, position) => ({
    param: { name },
    codec: codecFor({ kind: COLUMNS[name] ?? "int" }),
    positions: [position],
  }));
  const table: Table = {
    types: new Map(),
    partitionKey: ["a", "b"],
    clusteringKey: clustering.map((name) => ({ name, order: "ASC" })),
    keys: new Set(["a", "b", ...clustering]),
    statics: new Set(["s"]),
    similarities: new Map(),
    indexedEntries: new Set(),
    viewKeys: new Set(),
    viewPartitionKeys: [],
  };
  return rowKeyOf(parseCql(cql), params as unknown as PreparedParam[], table);
}

describe("rowKeyOf()", () => {
  const alone: [string, string, string[]?][] = [
    ["an UPDATE", "UPDATE t SET v = :v WHERE a = :a AND b = :b AND c = :c"],
    ["a DELETE", "DELETE FROM t WHERE a = :a AND b = :b AND c = :c"],
    ["a JSON insert", "INSERT INTO t JSON :row"],
    ["a static column", "INSERT INTO t (a, b, c, s) VALUES (:a, :b, :c, :s)"],
    ["a calculation that begins with a marker", "INSERT INTO t (a, b, c) VALUES (:a, :b, :c + 1)"],
    ["a function", "INSERT INTO t (a, b, c) VALUES (:a, :b, f(:c))"],
    ["what cannot be read", "INSERT INTO t (a, b, c) VALUES (:a, :b, :c) FROM SOMEWHERE"],
    ["a function that makes something up", "INSERT INTO t (a, b, c) VALUES (:a, :b, now())"],
    ["a key that is missing", "INSERT INTO t (a, c) VALUES (:a, :c)"],
    ["a decimal, whose 1.0 is 1.00", "INSERT INTO t (a, b, d) VALUES (:a, :b, :d)", ["d"]],
  ];
  for (const [what, cql, clustering] of alone) {
    it(`tells no rows apart of ${what}`, () => expect(keyOf(cql, clustering)).toBeNull());
  }

  it("finds where the values of the key are bound, in the order of the key", () => {
    const key = (cql: string) => keyOf(`INSERT INTO t ${cql}`);
    expect(key("(a, b, c, v) VALUES (:a, :b, :c, :v)")).toEqual({ partition: [0, 1], row: [2] });
    expect(key("(v, c, b, a) VALUES (:v, :c, :b, :a)")).toEqual({ partition: [3, 2], row: [1] });
  });

  const constant: [what: string, term: string][] = [
    ["a UUID", "123e4567-e89b-12d3-a456-426614174000"],
    ["a negative number", "-7"],
    ["a boolean", "true"],
    ["bytes", "0xCAFE"],
    ["a sum", "1 + 2"],
    ["a function of a constant", "(int) abs(-1)"],
  ];
  for (const [what, term] of constant) {
    it(`takes ${what} as the same in every row`, () => {
      expect(keyOf(`INSERT INTO t (a, b, c) VALUES (:a, :b, ${term})`))
        .toEqual({ partition: [0, 1], row: [] });
    });
  }

  it("takes constants for what they are: the same in every row", () => {
    expect(keyOf("INSERT INTO t (a, b, c) VALUES ('x', :b, 7)")).toEqual({
      partition: [0],
      row: [],
    });
  });

  it("tells rows apart by numbers that are not integers", () => {
    expect(keyOf("INSERT INTO t (a, b, f) VALUES (:a, :b, :f)", ["f"]))
      .toEqual({ partition: [0, 1], row: [2] });
  });
});
