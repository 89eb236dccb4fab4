/**
 * A list by an index, over every partition, without a `LIMIT` or an `@max-rows`.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { indexesOf } from "../../indexed_columns.ts";
import { isWithinPartitions } from "../../restrictions.ts";

export const unboundedStream: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds:
    "A `:many` route that reads an index over all partitions and has neither `LIMIT` nor `@max-rows`",
  cost: "A client that asks for a stream gets every match of the whole table, on one connection",
  instead: "Add a LIMIT or an @max-rows, or restrict the partition key",
  source: "CQL › Data manipulation › SELECT › LIMIT",
  inspect({ query, schema }) {
    const { parsed, mode, route } = query;
    if (parsed.kind !== "select" || mode !== "many" || route === null) return [];
    const table = schema?.tables[0] ?? null;
    if (table === null || parsed.limit !== null || query["max-rows"] !== null) return [];
    if (isWithinPartitions(parsed, table.partitionKey)) return [];
    const [index] = indexesOf(parsed, table);
    if (index === undefined) return [];
    return [{
      span: index.span,
      message: `Cannot bound a stream of all matches of "${index.column}"`,
    }];
  },
};
