import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { Query } from "../../catalog/query.ts";
import type { PrimitiveKind } from "../../codec/codec.ts";
import { codecFor } from "../../codec/codec_for.ts";
import type { Table } from "../schema/table.ts";
import type { PreparedParam, RowKey } from "./prepared_query.ts";
import { rowKeyOf } from "./row_key.ts";

const COLUMNS: Readonly<Record<string, PrimitiveKind>> = {
  a: "text",
  b: "text",
  c: "int",
  d: "decimal",
  s: "int",
  v: "int",
};

/** `PRIMARY KEY ((a, b), …clustering)`, with the static column `s`. */
function keyOf(cql: string, clustering: readonly string[] = ["c"]): RowKey | null {
  const file = { path: "test.cql", text: cql };
  const statementSpan = { file, start: 0, end: cql.length };
  const verb = cql.slice(0, 6).toLowerCase();
  const markers = new Set([...cql.matchAll(/:(\w+)/g)].map(([, name]) => name!));
  const params = [...markers].map((name) => ({
    param: { name },
    codec: codecFor({ kind: COLUMNS[name] ?? "int" }),
  }));
  const table: Table = {
    types: new Map(),
    partitionKey: ["a", "b"],
    clusteringKey: clustering.map((name) => ({ name, order: "ASC" })),
    keys: new Set(["a", "b", ...clustering]),
    statics: new Set(["s"]),
    similarities: new Map(),
  };
  return rowKeyOf({ verb, statementSpan } as Query, params as unknown as PreparedParam[], table);
}

const text = (value: string) => Buffer.from(value);

describe("rowKeyOf()", () => {
  const alone: [string, string, string[]?][] = [
    ["an UPDATE", "UPDATE t SET v = :v WHERE a = :a AND b = :b AND c = :c"],
    ["a DELETE", "DELETE FROM t WHERE a = :a AND b = :b AND c = :c"],
    ["a JSON insert", "INSERT INTO t JSON :row"],
    ["a static column", "INSERT INTO t (a, b, c, s) VALUES (:a, :b, :c, :s)"],
    ["a calculation that begins with a marker", "INSERT INTO t (a, b, c) VALUES (:a, :b, :c + 1)"],
    ["a function", "INSERT INTO t (a, b, c) VALUES (:a, :b, f(:c))"],
    ["a key that is missing", "INSERT INTO t (a, c) VALUES (:a, :c)"],
    ["a decimal", "INSERT INTO t (a, b, d) VALUES (:a, :b, :d)", ["d"]],
  ];
  for (const [what, cql, clustering] of alone) {
    it(`tells no rows apart of ${what}`, () => expect(keyOf(cql, clustering)).toBeNull());
  }

  it("tells partitions and rows apart by their values, each for itself", () => {
    const key = keyOf("INSERT INTO t (a, b, c, v) VALUES (:a, :b, :c, :v)")!;
    const row = (a: string, b: string, c: number) => ({
      a: text(a),
      b: text(b),
      c: Buffer.of(0, 0, 0, c),
    });
    expect(key.partition(row("x", "yz", 1))).toBe(key.partition(row("x", "yz", 2)));
    expect(key.partition(row("x", "yz", 1))).not.toBe(key.partition(row("xy", "z", 1)));
    expect(key.partition(row("", "x", 1))).not.toBe(key.partition(row("x", "", 1)));
    expect(key.row(row("x", "y", 1))).toBe(key.row(row("other", "z", 1)));
    expect(key.row(row("x", "y", 1))).not.toBe(key.row(row("x", "y", 2)));
  });

  it("takes constants for what they are: the same in every row", () => {
    const key = keyOf("INSERT INTO t (a, b, c) VALUES ('x', :b, 7)")!;
    expect(key.row({ b: text("p") })).toBe(key.row({ b: text("q") }));
    expect(key.partition({ b: text("p") })).not.toBe(key.partition({ b: text("q") }));
  });

  it("adds up the bytes of all values", () => {
    const key = keyOf("INSERT INTO t (a, b, c, v) VALUES (:a, :b, :c, :v)")!;
    expect(key.size({ a: text("four"), b: text("é"), c: Buffer.alloc(4), v: null })).toBe(10);
  });
});
