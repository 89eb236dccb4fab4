/**
 * Which marker each column of a statement gets its value from, as far as that is a marker and nothing else.
 *
 * @module
 */
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
  return markersOf(where.flatMap((relation): [string, Term][] => {
    if (relation.kind === "comparison" && relation.comparator === "=") {
      return relation.subject.kind === "column"
        ? [[relation.subject.column.name, relation.value]]
        : [];
    }
    const isTuple = relation.kind === "tuple_comparison" && relation.comparator === "=" &&
      relation.value.kind === "tuple";
    return isTuple ? pairs(relation.columns, relation.value.items) : [];
  }));
}

/** The markers that are stored as they are, by their columns: `VALUES (…)` and `SET column = …`. */
export function storedMarkers(write: WriteStatement): ColumnMarkers {
  switch (write.kind) {
    case "insert": {
      const { source } = write;
      return source.kind === "json" ? new Map() : markersOf(pairs(source.columns, source.values));
    }
    case "update":
      return markersOf(
        write.assignments.flatMap(({ kind, column, value }): [string, Term][] =>
          kind === "set" ? [[column.name, value]] : []
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

function pairs(
  columns: readonly { readonly name: string }[],
  terms: readonly Term[],
): [string, Term][] {
  return columns.flatMap(({ name }, index): [string, Term][] => {
    const term = terms[index];
    return term === undefined ? [] : [[name, term]];
  });
}

function markersOf(terms: readonly (readonly [string, Term])[]): ColumnMarkers {
  return new Map(terms.flatMap(([column, term]): [string, string][] => {
    const marker = markerOf(term);
    return marker === null ? [] : [[column, marker]];
  }));
}
