import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCql } from "../../tests/support/cql/parse_cql.ts";
import { columnsOf, tablesOf } from "./names_of.ts";

describe("columnsOf()", () => {
  const cases: [cql: string, columns: string[]][] = [
    [
      'SELECT a, f(b + m[1]), "C" AS d FROM t WHERE e = 1 AND (g, h) > (1, 2) AND token(i) > 3 ' +
      "GROUP BY j ORDER BY k",
      ["a", "b", "m", "C", "e", "g", "h", "i", "j", "k"],
    ],
    ["SELECT * FROM t WHERE expr(idx, 'x') AND a IS NOT NULL", ["a"]],
    ["INSERT INTO t (a, b) VALUES (1, 2)", ["a", "b"]],
    ["INSERT INTO t JSON :row", []],
    ["UPDATE t SET a = 1, m[2] = 3 WHERE k = 4 IF u.f = 5 AND b CONTAINS 6", [
      "a",
      "m",
      "k",
      "u",
      "b",
    ]],
    ["DELETE a, m[1] FROM t WHERE k LIKE 'x%'", ["a", "m", "k"]],
    ["BEGIN BATCH DELETE a FROM t WHERE k = 1; DELETE b FROM u WHERE l = 1; APPLY BATCH", [
      "a",
      "k",
      "b",
      "l",
    ]],
  ];
  for (const [cql, columns] of cases) {
    it(`finds the columns of ${cql}`, () => {
      const found = columnsOf(parseCql(cql));
      expect(found.map(({ name }) => name)).toEqual(columns);
      const written = found.map(({ span }) => cql.slice(span.start, span.end).replaceAll('"', ""));
      expect(written).toEqual(columns);
    });
  }
});

describe("tablesOf()", () => {
  const cases: [cql: string, tables: string[]][] = [
    ["SELECT a FROM t", ["t"]],
    ['UPDATE ks."T" SET a = 1 WHERE k = 1', ["ks.T"]],
    ["BEGIN BATCH DELETE FROM t WHERE k = 1; DELETE FROM ks.u WHERE k = 1; APPLY BATCH", [
      "t",
      "ks.u",
    ]],
    ["SELECT a FROM t WHERE k BETWEEN 1 AND 2", []],
  ];
  for (const [cql, tables] of cases) {
    it(`finds the tables of ${cql}`, () => {
      const found = tablesOf(parseCql(cql)).map(({ keyspace, name }) =>
        keyspace === null ? name.name : `${keyspace.name}.${name.name}`
      );
      expect(found).toEqual(tables);
    });
  }
});
