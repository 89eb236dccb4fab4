import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseQueries } from "../../catalog.ts";
import type { Query } from "../../query.ts";
import { formatDiagnostics } from "../../text/diagnose.ts";

/** The one query of `text`, which has no mistake. */
function parseOne(text: string): Query {
  const { queries, diagnostics } = parseQueries({ path: "cql/queries/stations.cql", text });
  expect(formatDiagnostics(diagnostics)).toBe("");
  return queries[0]!;
}

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
