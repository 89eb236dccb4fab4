import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseOne } from "../../../tests/support/cql/parse_queries.ts";

/** The one query of `text`, which has no mistake. */
const ROUTE = "-- @route POST /t\n-- @public\n";

describe("The values of callers", () => {
  const cases: [name: string, text: string][] = [
    ["with a maximum", `${ROUTE}-- @param x in query max=20\nSELECT a FROM t WHERE k IN :x`],
    ["of an internal query", "SELECT a FROM t WHERE k IN :x LIMIT :y"],
    [
      "of a claim",
      "-- @route GET /t\n-- @scope a\n-- @param x in claim:x\nSELECT a FROM t WHERE k = 1 LIMIT :x",
    ],
    ["of one in a list of its own", `${ROUTE}SELECT a FROM t WHERE k IN (:x, :y)`],
    ["of an equality", `${ROUTE}SELECT a FROM t WHERE k = :x LIMIT 5`],
  ];
  for (const [name, text] of cases) {
    it(`asks for no bound ${name}`, () => {
      expect(parseOne(`-- name: list :many\n${text}`).params).not.toHaveLength(0);
    });
  }

  it("asks for no bound of a timestamp", () => {
    const text = `-- name: put :exec\n${ROUTE}-- @param ttl in body max=60\n` +
      "INSERT INTO t (a) VALUES (:a) USING TTL :ttl AND TIMESTAMP :at";
    expect(parseOne(text).params.map(({ max }) => max)).toEqual([null, "60", null]);
  });
});
