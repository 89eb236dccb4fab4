/**
 * Reads of several partitions in one statement.
 *
 * @module
 */
import type { Relation } from "../../../catalog/statement/statement.ts";
import type { Table } from "../../schema/table.ts";

/** Whether it is an `IN` on the partition key, with a list of any length or of more than one term. */
export function takesSeveralPartitions(relation: Relation, table: Table | null): boolean {
  if (relation.kind !== "in") return false;
  const { subject: { column }, values } = relation;
  const takesSeveral = "kind" in values || values.length > 1;
  return takesSeveral && table?.partitionKey.includes(column.name) === true;
}
