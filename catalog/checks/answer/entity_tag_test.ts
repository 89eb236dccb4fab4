import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseOne } from "../../../tests/support/cql/parse_queries.ts";

/** The one query of `text`, which has no mistake. */
describe("@etag", () => {
  const COLUMNS = [["version"], ["changed_at_2"], ["v"], ["rowVersion", '"rowVersion"']];
  for (const [column, tag = column] of COLUMNS) {
    it(`names the column ${column}`, () => {
      const { etag } = parseOne(
        `-- name: get :one\n-- @route GET /t\n-- @public\n-- @etag ${tag}\nSELECT ${tag} FROM t`,
      );
      const { span } = etag!;
      expect(etag!.column).toBe(column);
      expect(span.file.text.slice(span.start, span.end)).toBe(`@etag ${tag}`);
    });
  }
});
