/**
 * A query by an index that does not name the partition.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { indexesOf } from "../../indexed_columns.ts";
import { isWithinPartitions } from "../../restrictions.ts";

export const indexWithoutPartitionKey: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "A SELECT by an index that does not restrict the whole partition key",
  cost:
    "Each node indexes its own rows, so the coordinator asks nodes until it has enough. The more nodes, the more work for each request",
  instead: "Restrict the partition key too, or model a table for the query",
  source: "CQL › Indexing › SAI › when to use an index",
  inspect({ query: { parsed }, schema }) {
    if (parsed.kind !== "select") return [];
    const table = schema?.tables[0] ?? null;
    if (table === null || isWithinPartitions(parsed, table.partitionKey)) return [];
    const [index] = indexesOf(parsed, table);
    if (index === undefined) return [];
    return [{
      span: index.span,
      message: `Cannot ask the index "${index.name}" without asking many nodes`,
    }];
  },
};
