import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Verb } from "../query.ts";
import { insertTerms } from "./insert_terms.ts";

function termsOf(cql: string, verb: Verb = "insert"): Record<string, string> | null {
  const file = { path: "test.cql", text: cql };
  const terms = insertTerms({ verb, statementSpan: { file, start: 0, end: cql.length } });
  if (terms === null) return null;
  return Object.fromEntries(
    [...terms].map(([column, tokens]) => [column, tokens.map(({ text }) => text).join(" ")]),
  );
}

describe("insertTerms()", () => {
  it("finds the term of each column", () => {
    expect(termsOf("INSERT INTO ks.t (a, \"B\", C) VALUES (:a, 'x, y', 1) USING TTL :ttl"))
      .toEqual({ a: ":a", B: "'x, y'", c: "1" });
  });

  it("keeps terms together that have commas of their own", () => {
    expect(
      termsOf(
        "insert into t (a, b, c, d) values (f(:x, :y), {'k': [:v, 1]}, (:p, :q), -- :no\n :d)",
      ),
    ).toEqual({
      a: "f ( :x , :y )",
      b: "{ 'k' : [ :v , 1 ] }",
      c: "( :p , :q )",
      d: ":d",
    });
  });

  const none: [string, Verb][] = [
    ["INSERT INTO t JSON :row", "insert"],
    ["INSERT INTO t (a, b) VALUES (:a)", "insert"],
    ["UPDATE t SET a = :a WHERE k = :k", "update"],
    ["BEGIN BATCH INSERT INTO t (a) VALUES (:a); APPLY BATCH", "batch"],
  ];
  for (const [cql, verb] of none) {
    it(`finds none in ${cql}`, () => expect(termsOf(cql, verb)).toBeNull());
  }
});
