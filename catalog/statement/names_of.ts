/**
 * The tables and the columns that a statement names, each with its place.
 *
 * @module
 */

import {
  type Relation,
  type SelectStatement,
  type Statement,
  writesOf,
  type WriteStatement,
} from "./statement.ts";
import { type Name, type QualifiedName, type Term, walkTerm } from "./term.ts";

/** The table that a statement reads or writes; for a batch, the table of each write. */
export function tablesOf(statement: Statement): readonly QualifiedName[] {
  return statement.kind === "select"
    ? [statement.table]
    : writesOf(statement).map(({ table }) => table);
}

/** The columns of a statement by the names that it uses, in the order of the text. */
export function columnsOf(statement: Statement): Name[] {
  return statement.kind === "select"
    ? columnsOfSelect(statement)
    : writesOf(statement).flatMap(columnsOfWrite);
}

function columnsOfSelect(select: SelectStatement): Name[] {
  const { selectors, where } = select;
  const selected = (selectors ?? []).flatMap(({ term }) => columnsOfTerm(term));
  const restricted = where.flatMap(columnsOfRelation);
  return [...selected, ...restricted, ...arrangingColumns(select)]
    .sort((one, other) => one.span.start - other.span.start);
}

/** The columns that a SELECT groups and sorts by. */
export function arrangingColumns({ groupBy, orderBy }: SelectStatement): Name[] {
  return [...groupBy.flatMap(columnsOfTerm), ...orderBy.map(({ column }) => column)];
}

/** The columns in a term, of its arguments too. */
export function columnsOfTerm(whole: Term): Name[] {
  return [...walkTerm(whole)].flatMap((term) => term.kind === "column" ? [term.column] : []);
}

function columnsOfWrite(write: WriteStatement): Name[] {
  if (write.kind === "insert") {
    return write.source.kind === "values" ? [...write.source.columns] : [];
  }
  const written = write.kind === "update" ? write.assignments : write.deletions;
  const conditions = write.condition?.kind === "relations" ? write.condition.relations : [];
  return [
    ...written.map(({ column }) => column),
    ...[...write.where, ...conditions].flatMap(columnsOfRelation),
  ];
}

/** The columns that a relation restricts; for an index expression, nobody knows. */
export function columnsOfRelation(relation: Relation): readonly Name[] {
  switch (relation.kind) {
    case "tuple_comparison":
    case "token_comparison":
    case "tuple_in":
      return relation.columns;
    case "index_expression":
      return [];
    default:
      return [relation.subject.column];
  }
}
