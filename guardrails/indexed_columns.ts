/**
 * The indexes that a SELECT can be answered by.
 *
 * @module
 */
import { columnsOfRelation } from "../catalog/statement/names_of.ts";
import type { SelectStatement } from "../catalog/statement/statement.ts";
import type { TableDetails, TableIndex } from "../db/schema/table_details.ts";

/** An index, with the place of the column that uses it. */
export interface UsedIndex extends TableIndex {
  readonly span: SelectStatement["span"];
}

/** The indexes of the columns that a SELECT restricts, or whose nearest vectors it asks for. */
export function indexesOf(
  { where, orderBy }: SelectStatement,
  { indexes, keys }: TableDetails,
): UsedIndex[] {
  const restricted = where.flatMap(columnsOfRelation);
  const nearest = orderBy.filter((ordering) => ordering.nearest !== null)
    .map(({ column }) => column);
  return [...restricted, ...nearest].flatMap(({ name, span }) =>
    indexes.filter(({ column }) => column === name && !keys.has(name))
      .map((index) => ({ ...index, span }))
  );
}
