/**
 * Which columns the markers of a statement choose rows by, or are written to: what a relation of `WHERE`,
 * a value of an INSERT or an assignment of an UPDATE binds. Conditions choose no row.
 *
 * @module
 */

import { type EqualTerm, equalTerms, insertedTerms } from "./equal_terms.ts";
import { columnsOfRelation } from "./names_of.ts";
import {
  type Assignment,
  type Relation,
  type Statement,
  writesOf,
  type WriteStatement,
} from "./statement.ts";
import { type BindMarker, markersIn, type Term, unhinted } from "./term.ts";

/** Columns, and the markers that they are bound to together. */
export interface Binding {
  /** Several in a comparison of tuples or tokens. */
  readonly columns: readonly string[];
  /** Empty for a constant. */
  readonly markers: readonly BindMarker[];
  /** Whether the one column is the value of the one marker, neither a part of it nor compared otherwise. */
  readonly isEqual: boolean;
}

/** In the order of the text; none of a statement that cannot be read. */
export function bindingsOf(statement: Statement): Binding[] {
  return statement.kind === "select"
    ? statement.where.flatMap(bindingsOfRelation)
    : writesOf(statement).flatMap(bindingsOfWrite);
}

function bindingsOfWrite(write: WriteStatement): Binding[] {
  if (write.kind === "insert") {
    return insertedTerms(write).flatMap(bindingOfTerm);
  }
  const assigned = write.kind === "update" ? write.assignments.map(bindingOfAssignment) : [];
  return [...assigned, ...write.where.flatMap(bindingsOfRelation)];
}

function bindingOfAssignment({ kind, column, value }: Assignment): Binding {
  const binding = bindingOfValue(column.name, value);
  return kind === "set" ? binding : { ...binding, isEqual: false };
}

function bindingOfValue(column: string, value: Term): Binding {
  return {
    columns: [column],
    markers: markersIn(value),
    isEqual: unhinted(value).kind === "marker",
  };
}

function bindingOfTerm({ column, term }: EqualTerm): Binding[] {
  return term === null ? [] : [bindingOfValue(column.name, term)];
}

/** In `(a, b) = (:a, :b)`, each column has a binding of its own. */
function bindingsOfRelation(relation: Relation): Binding[] {
  const equal = equalTerms([relation]).flatMap(bindingOfTerm);
  if (equal.length > 0) return equal;
  const columns = columnsOfRelation(relation).map(({ name }) => name);
  return [{ columns, markers: markersOfRelation(relation), isEqual: false }];
}

function markersOfRelation(relation: Relation): BindMarker[] {
  switch (relation.kind) {
    case "not_null":
      return [];
    case "in":
    case "tuple_in": {
      const { values } = relation;
      return "kind" in values ? [values] : values.flatMap(markersIn);
    }
    default:
      return markersIn(relation.value);
  }
}
