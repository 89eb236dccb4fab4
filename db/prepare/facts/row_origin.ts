/**
 * The table that a query's rows are of, and whether they are its rows as a whole: a name for them, where
 * their query says none.
 *
 * @module
 */
import { equalTerms } from "../../../catalog/statement/equal_terms.ts";
import type { SelectStatement, Statement } from "../../../catalog/statement/statement.ts";
import type { Table } from "../../schema/table.ts";
import type { RowOrigin } from "../prepared_query.ts";
import type { StatementContext } from "../statement_context.ts";

/** Null for a write, and where the statement cannot be read. */
export function rowOrigin(
  statement: Statement,
  { table }: Pick<StatementContext, "table">,
): RowOrigin | null {
  if (statement.kind !== "select") return null;
  return {
    table: statement.table.name.name,
    isWhole: table !== null && isWhole(statement, table),
  };
}

function isWhole({ json, distinct, selectors, where }: SelectStatement, table: Table): boolean {
  if (json || distinct) return false;
  if (selectors === null) return true;
  const selected = new Set(
    selectors.flatMap(({ term }) => term.kind === "column" ? term.column.name : []),
  );
  if (selected.size < selectors.length) return false;
  const known = selected.union(new Set(equalTerms(where).map(({ column }) => column.name)));
  return [...table.types.keys()].every((column) => known.has(column));
}
