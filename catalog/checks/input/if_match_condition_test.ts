import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseOne } from "../../../tests/support/cql/parse_queries.ts";

/** The one query of `text`, which has no mistake. */
describe("@param … in if-match", () => {
  const cases: [name: string, route: string, statement: string][] = [
    ["a condition", "PUT /t/{k}", "UPDATE t SET a = :a WHERE k = :k IF v = :v"],
    [
      "one of several conditions",
      "DELETE /t/{k}",
      "DELETE FROM t WHERE k = :k IF w = 1 AND v = :v",
    ],
    ["a member of a list", "POST /t/{k}", "DELETE FROM t WHERE k = :k IF v IN (:v, 1)"],
    [
      "a condition and a value",
      "PATCH /t/{k}",
      "UPDATE t SET before = :v, v = :next WHERE k = :k IF v = :v",
    ],
  ];
  for (const [name, route, statement] of cases) {
    it(`gives the value of ${name}`, () => {
      const { params } = parseOne(
        `-- name: put :applied\n-- @route ${route}\n-- @public\n-- @param v in if-match\n${statement}`,
      );
      expect(params.find(({ name }) => name === "v")).toMatchObject({
        source: { in: "if-match" },
        optional: false,
        default: null,
        by: null,
        min: null,
        max: null,
      });
    });
  }
});
