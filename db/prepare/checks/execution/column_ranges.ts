/**
 * Columns that are deleted in a range of rows. Cassandra can only delete whole rows there: it accepts the statement
 * when it prepares it, and refuses it each time that it runs it.
 *
 * Source: `DeleteStatement.addUpdateForKey()` and `StatementRestrictions.isColumnRange()` of Cassandra 5.0.
 *
 * @module
 */
import type { Query } from "../../../../catalog/query.ts";
import { columnsOfRelation } from "../../../../catalog/statement/names_of.ts";
import {
  type DeleteStatement,
  type Relation,
  writesOf,
} from "../../../../catalog/statement/statement.ts";
import type { Table } from "../../../schema/table.ts";
import type { StatementContext } from "../../statement_context.ts";

export function checkColumnRanges({ parsed }: Query, { tables, report }: StatementContext): void {
  for (const [index, write] of writesOf(parsed).entries()) {
    const table = tables[index] ?? null;
    if (write.kind !== "delete" || table === null) continue;
    const [first] = write.deletions.filter(({ column }) => !table.statics.has(column.name));
    const free = first === undefined ? null : freeColumn(write, table);
    if (first === undefined || free === null) continue;
    report({
      span: first.span,
      message:
        `Cannot delete "${first.column.name}" in a range of rows: Cassandra refuses it, since "${free}" may have any value`,
      help:
        'Give each clustering column one value, with "=" or IN, or delete whole rows: "DELETE FROM …"',
    });
  }
}

/** The first clustering column without values of its own; null if all have some. */
function freeColumn({ where }: DeleteStatement, { clusteringKey }: Table): string | null {
  const fixed = new Set(where.filter(isFixing).flatMap(columnsOfRelation).map(({ name }) => name));
  return clusteringKey.find(({ name }) => !fixed.has(name))?.name ?? null;
}

function isFixing(relation: Relation): boolean {
  switch (relation.kind) {
    case "in":
    case "tuple_in":
      return true;
    case "comparison":
    case "tuple_comparison":
      return relation.comparator === "=";
    default:
      return false;
  }
}
