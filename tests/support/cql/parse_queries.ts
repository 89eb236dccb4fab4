/**
 * The queries of a text without a mistake, for tests of what follows from their tags and statements.
 *
 * @module
 */
import { expect } from "@std/expect";
import { parseCatalog } from "../../../catalog/catalog.ts";
import type { Query } from "../../../catalog/query.ts";
import { formatDiagnostics } from "../../../catalog/text/diagnose.ts";

/** Reads a file of queries; fails with the report if it has a mistake. */
export function parseQueries(text: string): readonly Query[] {
  const { queries, diagnostics } = parseCatalog([{ path: "cql/queries/own.cql", text }]);
  expect(formatDiagnostics(diagnostics)).toBe("");
  return queries;
}

/** Reads a file with one query; fails if it has a mistake or more queries. */
export function parseOne(text: string): Query {
  const [query, ...others] = parseQueries(text);
  expect(others).toEqual([]);
  return query!;
}
