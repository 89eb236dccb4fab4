import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseOne } from "../../../tests/support/cql/parse_queries.ts";

/** The one query of `text`, which has no mistake. */
describe("@bulk", () => {
  const cases: [header: string, route: string, condition: string][] = [
    ["exec", "POST /t", ""],
    ["exec", "PUT /t/{k}", ""],
    ["applied", "PATCH /t/{k}", " IF b = :b"],
  ];
  for (const [mode, route, condition] of cases) {
    it(`lets :${mode} at ${route} take many inputs`, () => {
      const text =
        `-- name: put :${mode}\n-- @route ${route}\n-- @public\n-- @bulk\nUPDATE t SET a = :a WHERE k = :k`;
      expect(parseOne(text + condition).bulk).not.toBe(null);
      expect(parseOne(text.replace("-- @bulk\n", "") + condition).bulk).toBe(null);
    });
  }
});
