/**
 * The indexes that a SELECT can be answered by.
 *
 * @module
 */
import { isListOfMany } from "../catalog/statement/equal_terms.ts";
import { columnsOfRelation } from "../catalog/statement/names_of.ts";
import type { Relation, SelectStatement } from "../catalog/statement/statement.ts";
import type { Name } from "../catalog/statement/term.ts";
import type { TableDetails, TableIndex } from "../db/schema/table_details.ts";
import { isWithinPartitions } from "./restrictions.ts";

/** An index, with the place of the column that uses it. */
export interface UsedIndex extends TableIndex {
  readonly span: SelectStatement["span"];
}

/**
 * The indexes of the columns that a SELECT restricts, or whose nearest vectors it asks for; and those that
 * `expr()` names.
 */
export function indexesOf(select: SelectStatement, table: TableDetails): UsedIndex[] {
  const { where, orderBy } = select;
  const { indexes } = table;
  const restricted = where.flatMap((relation) => searchedColumns(relation, select, table));
  const nearest = orderBy.filter((ordering) => ordering.nearest !== null)
    .map(({ column }) => column);
  const ofColumns = [...restricted, ...nearest].flatMap(({ name, span }) =>
    indexes.filter(({ column }) => column === name).map((index) => ({ ...index, span }))
  );
  const named = where.flatMap((relation) =>
    relation.kind === "index_expression"
      ? indexes.filter(({ name }) => name === relation.index.name)
        .map((index) => ({ ...index, span: relation.span }))
      : []
  );
  return [...ofColumns, ...named];
}

/**
 * The columns of a relation that an index finds rows by, where they have one. Rows are found by their key
 * without an index, as far as the statement leaves no gap in it.
 *
 * Source: `StatementRestrictions.java` of Cassandra 5.0.
 */
function searchedColumns(
  relation: Relation,
  select: SelectStatement,
  { partitionKey, clusteringKey }: TableDetails,
): readonly Name[] {
  const columns = columnsOfRelation(relation);
  // Neither tokens nor lists are looked up in an index; a list of one is a value.
  if (relation.kind === "token_comparison" || isListOfMany(relation)) return [];
  if (!isWithinPartitions(select, partitionKey) || !isOfWholeColumns(relation)) return columns;
  const own = columns.map(({ name }) => name);
  const found = new Set([...own, ...select.where.filter(isEquality).flatMap(namesOf)]);
  const gap = clusteringKey.findIndex(({ name }) => !found.has(name));
  const reached = new Set([
    ...partitionKey,
    ...clusteringKey.slice(0, gap === -1 ? undefined : gap).map(({ name }) => name),
  ]);
  return columns.filter(({ name }) => !reached.has(name));
}

/** Whether a relation compares columns as they are ordered: neither members of them nor parts of texts. */
function isOfWholeColumns(relation: Relation): boolean {
  if (relation.kind === "comparison" || relation.kind === "in") {
    return relation.subject.kind === "column";
  }
  return relation.kind === "tuple_comparison" || relation.kind === "tuple_in";
}

/** Whether a relation gives its columns one of some values. */
function isEquality(relation: Relation): boolean {
  return isOfWholeColumns(relation) && (!("comparator" in relation) || relation.comparator === "=");
}

function namesOf(relation: Relation): string[] {
  return columnsOfRelation(relation).map(({ name }) => name);
}
