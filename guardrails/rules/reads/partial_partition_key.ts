/**
 * A SELECT that leaves out a part of the partition key, and so asks every node.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { indexesOf } from "../../indexed_columns.ts";
import { isWithinPartitions } from "../../restrictions.ts";

export const partialPartitionKey: QueryGuardrail = {
  about: "query",
  severity: "error",
  finds: "A SELECT that neither restricts the whole partition key nor uses an index or `token()`",
  cost:
    "The coordinator asks the nodes of the whole ring, range by range. One slow node makes every such request slow, and the time grows with the table",
  instead:
    "Restrict every column of the partition key, or read the table in ranges of token() with @scan",
  source: "Data modeling › Queries › one partition per query",
  inspect({ query: { parsed }, schema }) {
    if (parsed.kind !== "select" || parsed.allowFiltering) return [];
    const table = schema?.tables[0] ?? null;
    if (table === null || isWithinPartitions(parsed, table.partitionKey)) return [];
    if (parsed.where.some(({ kind }) => kind === "token_comparison")) return [];
    if (indexesOf(parsed, table).length > 0) return [];
    const missing = table.partitionKey.join(", ");
    return [{
      span: parsed.table.span,
      message:
        `Cannot find the rows of "${table.name}" without its whole partition key: ${missing}`,
    }];
  },
};
