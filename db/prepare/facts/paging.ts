/**
 * Statements that Cassandra answers all at once: it pages neither a search for the nearest vectors nor an order
 * over several partitions, so only their LIMIT bounds them. Also what the pages of other statements depend on.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import type { SelectStatement } from "../../../catalog/statement/statement.ts";
import type { Table } from "../../schema/table.ts";
import type { StatementContext } from "../statement_context.ts";
import { takesSeveralPartitions } from "./several_partitions.ts";

/** Whether the statement is paged; reports an unpaged statement that nothing bounds. */
export function isPaged(query: Query, { table, report }: StatementContext): boolean {
  const { parsed } = query;
  if (parsed.kind !== "select") return true;
  const [first] = parsed.orderBy;
  if (first === undefined) return true;
  if (parsed.orderBy.some(({ nearest }) => nearest !== null)) return false;
  if (!parsed.where.some((relation) => takesSeveralPartitions(relation, table))) return true;
  if (!hasLimit(query, parsed)) {
    report({
      span: first.span,
      message: 'Cassandra does not page an "ORDER BY" over the partitions of an "IN"',
      help: "Add a LIMIT that is not optional, or let the caller sort the rows",
    });
  }
  return false;
}

/** Neither `PER PARTITION LIMIT` nor a limit that may be left out bounds an answer. */
function hasLimit({ params }: Query, { limit }: SelectStatement): boolean {
  if (limit?.kind !== "marker") return limit !== null;
  const param = params.find(({ name }) => name === limit.name);
  return param === undefined || !param.optional || param.default !== null;
}

/**
 * The same for two tables whose keys are written and ordered alike. Where a table is dropped and created
 * again with another key, Cassandra takes the paging states of the old one: it reads their bytes as
 * values of the new types, and skips rows or fails. Empty if the table is not known.
 */
export function keyShapeOf(table: Table | null): string {
  if (table === null) return "";
  const { partitionKey, clusteringKey, types } = table;
  return JSON.stringify([
    partitionKey.map((name) => types.get(name)),
    clusteringKey.map(({ name, order }) => [types.get(name), order]),
  ]);
}

/** Whether a paging state, which has the key of a row, has a value that a mask hides. Assumed where the key is not known. */
export function masksKey(masks: Query["masks"], table: Table | null): boolean {
  if (table === null) return masks.length > 0;
  const key = [...table.partitionKey, ...table.clusteringKey.map(({ name }) => name)];
  return masks.some(({ column }) => key.includes(column));
}
