/**
 * The columns of the table that a query answers with, by whatever name and in whatever expression.
 *
 * @module
 */

import { isGenerated } from "../../parse/generated.ts";
import { columnsOfMarker } from "../../statement/marker_columns.ts";
import { walkTerm } from "../../statement/term.ts";
import type { QueryFacts } from "../rule.ts";

/** Null where the text does not say: for `SELECT *`, JSON, and a statement that cannot be read. */
export function answeredColumns(query: QueryFacts): ReadonlySet<string> | null {
  const { statement, tags } = query;
  if (statement.kind === "opaque") return null;
  if (statement.kind === "select") {
    if (statement.json || statement.selectors === null) return null;
    const terms = statement.selectors.flatMap(({ term }) => [...walkTerm(term)]);
    return new Set(terms.flatMap((term) => term.kind === "column" ? [term.column.name] : []));
  }
  const stored = answeredMarkers(query)
    .flatMap((marker) => columnsOfMarker(statement, marker).map(({ column }) => column));
  const shown = tags.current.flatMap(({ columns }) => columns.map(({ name }) => name));
  return new Set([...stored, ...shown]);
}

/** Whether its answer has values: of a row, or of what it stores. */
export function answersWithValues(query: QueryFacts): boolean {
  return query.mode !== "exec" || answeredMarkers(query).length > 0;
}

function answeredMarkers({ tags, markers, params }: QueryFacts): string[] {
  // Another query says which of them are in the path.
  if (tags.location.length > 0) return markers.map(({ name }) => name);
  return [
    ...params.filter((param) => isGenerated(param, params)).map(({ name }) => name),
    ...tags.returns.flatMap(({ names }) => names.map(({ text }) => text)),
  ];
}
