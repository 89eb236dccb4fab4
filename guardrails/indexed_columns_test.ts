import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { SelectStatement } from "../catalog/statement/statement.ts";
import type { TableDetails } from "../db/schema/table_details.ts";
import { parseCql } from "../tests/support/cql/parse_cql.ts";
import { indexesOf } from "./indexed_columns.ts";

/** `PRIMARY KEY ((p, q), a, b, c)`, with an index on each column. */
const TABLE = {
  partitionKey: ["p", "q"],
  clusteringKey: ["a", "b", "c"].map((name) => ({ name, order: "ASC" })),
  keys: new Set(["p", "q", "a", "b", "c"]),
  indexes: ["p", "q", "a", "b", "c", "v"].map((column) => ({
    name: `by_${column}`,
    kind: "sai",
    column,
  })),
} as Partial<TableDetails> as TableDetails;

describe("indexesOf()", () => {
  const table: [where: string, columns: string][] = [
    // A part of the partition key, or nothing of it.
    ["p = 1", "p"],
    ["p = 1 AND a > 2", "p a"],
    ["a = 1", "a"],
    ["a = 1 AND v = 2", "a v"],
    ["(a, b) > (1, 2)", "a b"],
    // Neither tokens nor lists are looked up.
    ["token(p, q) > 1 AND token(p, q) <= 2", ""],
    ["token(p, q) > 1 AND a = 2", "a"],
    ["p IN (1, 2) AND a = 1", "a"],
    ["p IN :list AND v IN (1, 2)", ""],
    ["p IN (1) AND v IN (:one)", "p v"],
    // The whole partition key, and what follows it without a gap.
    ["p = 1 AND q = 2", ""],
    ["p = 1 AND q IN :list", ""],
    ["p = 1 AND q = 2 AND a = 1 AND b > 2 AND b < 3", ""],
    ["p = 1 AND q = 2 AND a IN :list AND b = 1", ""],
    ["p = 1 AND q = 2 AND (a, b) = (1, 2) AND c = 3", ""],
    ["p = 1 AND q = 2 AND (a, b) > (1, 2)", ""],
    ["p = 1 AND q = 2 AND (a, b) IN ((1, 2)) AND c IN (3)", ""],
    // A gap.
    ["p = 1 AND q = 2 AND b = 1", "b"],
    ["p = 1 AND q = 2 AND a > 1 AND b = 1", "b"],
    ["p = 1 AND q = 2 AND a = 1 AND c = 1", "c"],
    ["p = 1 AND q = 2 AND a = 1 AND c IN (1)", "c"],
    // What the order of the rows does not show.
    ["p = 1 AND q = 2 AND a CONTAINS 1", "a"],
    ["p = 1 AND q = 2 AND a LIKE 'x%'", "a"],
    // Other columns, wherever they are.
    ["p = 1 AND q = 2 AND v = 1", "v"],
    ["expr(by_v, 'x')", "v"],
    ["expr(another, 'x')", ""],
  ];
  for (const [where, columns] of table) {
    it(`finds ${columns === "" ? "none" : columns} for ${where}`, () => {
      const select = parseCql(`SELECT v FROM t WHERE ${where}`) as SelectStatement;
      expect(select.kind).toBe("select");
      expect(indexesOf(select, TABLE).map(({ column }) => column).join(" ")).toBe(columns);
    });
  }
});
