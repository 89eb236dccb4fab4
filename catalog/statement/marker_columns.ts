/**
 * The columns that the value of a marker goes into or is compared with, keys inside a collection included.
 *
 * @module
 */

import { bindingsOf } from "./bound_columns.ts";
import { type Statement, writesOf, type WriteStatement } from "./statement.ts";
import { markersIn, type Term } from "./term.ts";

export interface MarkerColumn {
  readonly column: string;
  /** Whether the column equals the value; else the value is a part of it, or is compared otherwise. */
  readonly isWhole: boolean;
}

/** In the order of the text; none in a statement that cannot be read. */
export function columnsOfMarker(statement: Statement, marker: string): MarkerColumn[] {
  const bound = bindingsOf(statement)
    .filter(({ markers }) => markers.some(({ name }) => name === marker))
    .flatMap(({ columns, isEqual }) => columns.map((column) => ({ column, isWhole: isEqual })));
  const keyed = writesOf(statement).flatMap(keysOf)
    .filter(({ key }) => markersIn(key).some(({ name }) => name === marker))
    .map(({ column }) => ({ column, isWhole: false }));
  return [...bound, ...keyed];
}

/** The keys and indexes inside collections that a write names. */
function keysOf(write: WriteStatement): { readonly column: string; readonly key: Term }[] {
  const written = write.kind === "update"
    ? write.assignments
    : write.kind === "delete"
    ? write.deletions
    : [];
  return written.flatMap((each) =>
    each.kind === "element" ? [{ column: each.column.name, key: each.key }] : []
  );
}
