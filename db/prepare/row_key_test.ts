import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { PrimitiveKind } from "../../codec/codec.ts";
import { codecFor } from "../../codec/codec_for.ts";
import { parseCql } from "../../tests/support/parse_cql.ts";
import type { Table } from "../schema/table.ts";
import type { PreparedParam, RowKey } from "./prepared_query.ts";
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
  return rowKeyOf(parseCql(cql), params as unknown as PreparedParam[], table);
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
    ["what cannot be read", "INSERT INTO t (a, b, c) VALUES (:a, :b, :c) FROM SOMEWHERE"],
    ["a function that makes something up", "INSERT INTO t (a, b, c) VALUES (:a, :b, now())"],
    ["a key that is missing", "INSERT INTO t (a, c) VALUES (:a, :c)"],
    ["a decimal, whose 1.0 is 1.00", "INSERT INTO t (a, b, d) VALUES (:a, :b, :d)", ["d"]],
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
      const key = keyOf(`INSERT INTO t (a, b, c) VALUES (:a, :b, ${term})`)!;
      expect(key.row({ a: text("p"), b: text("q") })).toBe(key.row({ a: text("r"), b: text("s") }));
    });
  }

  it("takes constants for what they are: the same in every row", () => {
    const key = keyOf("INSERT INTO t (a, b, c) VALUES ('x', :b, 7)")!;
    expect(key.row({ b: text("p") })).toBe(key.row({ b: text("q") }));
    expect(key.partition({ b: text("p") })).not.toBe(key.partition({ b: text("q") }));
  });

  it("tells rows apart by numbers that are not integers", () => {
    const key = keyOf("INSERT INTO t (a, b, f) VALUES (:a, :b, :f)", ["f"])!;
    const { input, encode } = codecFor({ kind: "double" });
    const row = (f: unknown) => ({ a: text("a"), b: text("b"), f: encode(input.parse(f)) });
    expect(key.row(row(0.5))).toBe(key.row(row(0.5)));
    expect(key.row(row(0))).not.toBe(key.row(row(-0)));
  });

  it("adds up the bytes of all values", () => {
    const key = keyOf("INSERT INTO t (a, b, c, v) VALUES (:a, :b, :c, :v)")!;
    expect(key.size({ a: text("four"), b: text("é"), c: Buffer.alloc(4), v: null })).toBe(10);
  });
});
