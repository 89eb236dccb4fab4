import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { anyStatement } from "../../tests/support/cql/generate_cql.ts";
import { parseCql } from "../../tests/support/cql/parse_cql.ts";
import { bindMarkers } from "./marker_roles.ts";
import { walkTerm } from "./term.ts";
import { termsOf } from "./terms_of.ts";

describe("termsOf()", () => {
  const cases: [cql: string, terms: string[]][] = [
    [
      "SELECT f(a), b FROM t WHERE c[1] = 2 AND d IN (3, 4) ORDER BY v ANN OF [5] LIMIT 6",
      ["f(a)", "b", "1", "2", "3", "4", "[5]", "6"],
    ],
    ["INSERT INTO t (a, b) VALUES (1, g(2)) USING TTL 3", ["1", "g(2)", "3"]],
    ["INSERT INTO t JSON '{}'", ["'{}'"]],
    [
      "UPDATE t USING TTL 1 SET a = a + 2, m[3] = 4 WHERE k = 5 IF m[6] > 7 AND c IN :d",
      ["1", "2", "3", "4", "5", "6", "7", ":d"],
    ],
    ["DELETE m[1], u.f FROM t USING TIMESTAMP 2 WHERE (a, b) = (3, 4) IF EXISTS", [
      "1",
      "2",
      "(3, 4)",
    ]],
    [
      "BEGIN BATCH USING TIMESTAMP 1 DELETE FROM t WHERE k = 2; DELETE FROM t WHERE k = 3; APPLY BATCH",
      ["1", "2", "3"],
    ],
    ["SELECT a FROM t WHERE k BETWEEN 1 AND 2", []],
  ];
  for (const [cql, terms] of cases) {
    it(`finds the terms of ${cql}`, () => {
      const found = termsOf(parseCql(cql)).map(({ span }) => cql.slice(span.start, span.end));
      expect(found).toEqual(terms);
    });
  }

  it("has every marker in it that the roles know, in the same order", () => {
    fc.assert(
      fc.property(anyStatement, (tokens) => {
        const statement = parseCql(tokens.join(" "));
        fc.pre(statement.kind !== "opaque");
        const markers = termsOf(statement).flatMap((term) => [...walkTerm(term)])
          .filter(({ kind }) => kind === "marker");
        expect(markers).toEqual(bindMarkers(statement));
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
