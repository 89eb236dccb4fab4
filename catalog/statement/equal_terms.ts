/**
 * The terms that columns have to equal, by `=` or by a written list of one term, which is the same to Cassandra:
 * `IN (:id)` is `= :id`.
 *
 * @module
 */

import type { InsertStatement, InValues, Relation, Subject, WriteStatement } from "./statement.ts";
import type { Name, Term } from "./term.ts";

/** A column, and the term that is its value. */
export interface ColumnTerm {
  readonly column: Name;
  readonly term: Term;
}

/** A column that has to have a single value. */
export interface EqualTerm extends Omit<ColumnTerm, "term"> {
  /** Null if the value is a part of one that is bound as a whole, as in `(a, b) = :pair`. */
  readonly term: Term | null;
}

/** The columns that relations of a `WHERE` give a single value, in the order of the text. */
export function equalTerms(where: readonly Relation[]): EqualTerm[] {
  return where.flatMap(ofRelation);
}

/** The columns whose values an INSERT names, in the order of the text; none of JSON. */
export function insertedTerms({ source }: InsertStatement): ColumnTerm[] {
  return source.kind === "json" ? [] : paired(source.columns, source.values);
}

/** What a write says about its row: the columns that it has to have, and the term for each. */
export function rowTerms(write: WriteStatement): EqualTerm[] {
  return write.kind === "insert" ? insertedTerms(write) : equalTerms(write.where);
}

/** Whether a relation is an `IN` that may have other than one value: of a bound list, nobody knows. */
export function isListOfMany(relation: Relation): boolean {
  if (relation.kind !== "in" && relation.kind !== "tuple_in") return false;
  return onlyTerm(relation.values) === null;
}

function ofRelation(relation: Relation): EqualTerm[] {
  switch (relation.kind) {
    case "comparison":
      return relation.comparator === "=" ? ofSubject(relation.subject, relation.value) : [];
    case "tuple_comparison":
      return relation.comparator === "=" ? ofTuple(relation.columns, relation.value) : [];
    case "in":
      return ofSubject(relation.subject, onlyTerm(relation.values));
    case "tuple_in":
      return ofTuple(relation.columns, onlyTerm(relation.values));
    default:
      return [];
  }
}

/** Null if there may be other than one. */
function onlyTerm(values: InValues): Term | null {
  return "kind" in values || values.length !== 1 ? null : values[0]!;
}

/** An element or a field is not the column. */
function ofSubject(subject: Subject, term: Term | null): EqualTerm[] {
  return subject.kind === "column" && term !== null ? [{ column: subject.column, term }] : [];
}

function ofTuple(columns: readonly Name[], value: Term | null): EqualTerm[] {
  if (value === null) return [];
  return value.kind === "tuple"
    ? paired(columns, value.items)
    : columns.map((column) => ({ column, term: null }));
}

/** Where their numbers differ, the server refuses the statement. */
function paired(columns: readonly Name[], terms: readonly Term[]): ColumnTerm[] {
  return columns.flatMap((column, index) => {
    const term = terms[index];
    return term === undefined ? [] : [{ column, term }];
  });
}
