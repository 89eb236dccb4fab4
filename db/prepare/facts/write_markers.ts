/**
 * Which marker each column of a statement gets its value from, as far as that is a marker and nothing else.
 *
 * @module
 */
import {
  type EqualTerm,
  equalTerms,
  insertedTerms,
} from "../../../catalog/statement/equal_terms.ts";
import type { Relation, WriteStatement } from "../../../catalog/statement/statement.ts";
import { type Term, unhinted } from "../../../catalog/statement/term.ts";

/** The name of a marker, by the name of its column. */
export type ColumnMarkers = ReadonlyMap<string, string>;

/** The markers that say which row is written, by the columns that they stand for. */
export function keyMarkers(write: WriteStatement): ColumnMarkers {
  return write.kind === "insert" ? storedMarkers(write) : equalityMarkers(write.where);
}

/** The markers that columns have to equal. */
export function equalityMarkers(where: readonly Relation[]): ColumnMarkers {
  return markersOf(equalTerms(where));
}

/** The markers that are stored as they are, by their columns: `VALUES (…)` and `SET column = …`. */
export function storedMarkers(write: WriteStatement): ColumnMarkers {
  switch (write.kind) {
    case "insert":
      return markersOf(insertedTerms(write));
    case "update":
      return markersOf(
        write.assignments.flatMap(({ kind, column, value }) =>
          kind === "set" ? [{ column, term: value }] : []
        ),
      );
    case "delete":
      return new Map();
  }
}

/** The columns that a write names as those it changes; null if only its values say. */
export function writtenColumns(write: WriteStatement): readonly string[] | null {
  switch (write.kind) {
    case "insert":
      return write.source.kind === "json" ? null : write.source.columns.map(({ name }) => name);
    case "update":
      return write.assignments.map(({ column }) => column.name);
    case "delete":
      return write.deletions.map(({ column }) => column.name);
  }
}

/** The name of the marker that a term consists of; null if it is something else. */
export function markerOf(term: Term): string | null {
  const whole = unhinted(term);
  return whole.kind === "marker" ? whole.name : null;
}

function markersOf(terms: readonly EqualTerm[]): ColumnMarkers {
  return new Map(terms.flatMap(({ column, term }): [string, string][] => {
    const marker = term === null ? null : markerOf(term);
    return marker === null ? [] : [[column.name, marker]];
  }));
}
