import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCql } from "../../tests/support/cql/parse_cql.ts";
import { equalTerms, insertedTerms, isListOfMany, rowTerms } from "./equal_terms.ts";
import type { Relation } from "./statement.ts";

function relationsOf(where: string): readonly Relation[] {
  const statement = parseCql(`SELECT a FROM t WHERE ${where}`);
  return statement.kind === "select" ? statement.where : [];
}

describe("equalTerms()", () => {
  for (
    const [where, expected] of [
      ["k = :k AND c > 1", ["k=marker"]],
      ["k = (text) :k", ["k=hint"]],
      ["k IN (:k) AND c IN (1)", ["k=marker", "c=literal"]],
      ["k IN (:one, :other) AND c IN :list AND d IN ()", []],
      ["(c, d) = (:c, 2)", ["c=marker", "d=literal"]],
      ["(c, d) = ((int) :c, 2)", ["c=hint", "d=literal"]],
      ["(c, d) IN ((:c, 2))", ["c=marker", "d=literal"]],
      ["(c, d) = :pair", ["c=null", "d=null"]],
      ["(c, d) IN (:pair)", ["c=null", "d=null"]],
      ["(c, d) IN :pairs AND (e, f) IN ((1, 2), (3, 4))", []],
      ["(c, d) > (:c, 2) AND token(k) = token(:k)", []],
      ["m['a'] = :v AND m['b'] IN (:w)", []],
      ["m CONTAINS :v AND v LIKE :text AND n != 3", []],
    ] as const
  ) {
    it(`tells the columns with a single value of ${where}`, () => {
      const found = equalTerms(relationsOf(where)).map(({ column, term }) =>
        `${column.name}=${term === null ? "null" : term.kind}`
      );
      expect(found).toEqual([...expected]);
    });
  }
});

describe("isListOfMany()", () => {
  for (
    const [where, expected] of [
      ["k IN (:one, :other)", true],
      ["k IN :list", true],
      ["k IN ()", true],
      ["(c, d) IN :pairs", true],
      ["k IN (:one)", false],
      ["(c, d) IN (:pair)", false],
      ["k = :k", false],
    ] as const
  ) {
    it(`is ${expected} for ${where}`, () => {
      expect(relationsOf(where).map(isListOfMany)).toEqual([expected]);
    });
  }
});

describe("rowTerms()", () => {
  for (
    const [cql, expected] of [
      ["INSERT INTO t (k, v) VALUES (:k, 1)", ["k", "v"]],
      ["INSERT INTO t JSON :json", []],
      ["UPDATE t SET v = 1 WHERE k = :k AND c IN (:c) IF v = 2", ["k", "c"]],
      ["DELETE FROM t WHERE k IN :ks", []],
    ] as const
  ) {
    it(`tells what says which row it is of ${cql}`, () => {
      const statement = parseCql(cql);
      if (statement.kind === "select" || statement.kind === "batch") throw new TypeError(cql);
      if (statement.kind === "opaque") throw new TypeError(cql);
      expect(rowTerms(statement).map(({ column }) => column.name)).toEqual([...expected]);
      if (statement.kind !== "insert") return;
      expect(insertedTerms(statement).map(({ column }) => column.name)).toEqual([...expected]);
    });
  }
});
