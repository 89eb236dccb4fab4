/**
 * Which columns of a result are never null: its keys, as far as each row has them, and expressions over them.
 *
 * @module
 */
import { columnsOfRelation } from "../../../catalog/statement/names_of.ts";
import type { SelectStatement, Statement } from "../../../catalog/statement/statement.ts";
import type { Term } from "../../../catalog/statement/term.ts";
import type { Table } from "../../schema/table.ts";
import { isCount, isToken, mayAggregate } from "./native_functions.ts";

/** The key columns that every row of the result has. */
export function keysOfRows(statement: Statement, table: Table | null): ReadonlySet<string> {
  if (statement.kind !== "select" || table === null || aggregatesAll(statement)) return new Set();
  const hasStaticRows = table.statics.size > 0 && readsWholePartitions(statement, table);
  return hasStaticRows ? new Set(table.partitionKey) : table.keys;
}

/** Whether a selected term is never null, in rows that have these keys. */
export function isNeverNull(term: Term, keys: ReadonlySet<string>): boolean {
  if (term.kind === "column") return keys.has(term.column.name);
  if (term.kind === "cast") return isNeverNull(term.operand, keys);
  if (isToken(term)) return term.arguments.every((argument) => isNeverNull(argument, keys));
  return isCount(term);
}

/** Whether one row may stand for all rows, of which there may be none. */
function aggregatesAll({ selectors, groupBy }: SelectStatement): boolean {
  return groupBy.length === 0 && (selectors ?? []).some(({ term }) => mayAggregate(term));
}

/**
 * Whether a partition of nothing but static columns has a row in the result, without clustering columns:
 * not where some of its rows are asked for (`StatementRestrictions.queriesFullPartitions`).
 */
function readsWholePartitions({ where }: SelectStatement, table: Table): boolean {
  return where.flatMap(columnsOfRelation).every(({ name }) =>
    table.partitionKey.includes(name) || table.statics.has(name)
  );
}
