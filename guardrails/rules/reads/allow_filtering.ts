/**
 * `ALLOW FILTERING`: Cassandra reads rows that it then throws away.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";

export const allowFiltering: QueryGuardrail = {
  about: "query",
  severity: "error",
  finds: "A SELECT with `ALLOW FILTERING`",
  cost:
    "Cassandra reads every row of the partitions, or of the whole table, and throws most of them away. The time grows with the data, not with the answer",
  instead: "Model a table whose key is what you filter by, or create a storage-attached index",
  source: "CQL › Data manipulation › SELECT › ALLOW FILTERING",
  inspect({ query: { parsed } }) {
    if (parsed.kind !== "select" || !parsed.allowFiltering) return [];
    return [{ span: parsed.span, message: "Cannot bound the cost of ALLOW FILTERING" }];
  },
};
