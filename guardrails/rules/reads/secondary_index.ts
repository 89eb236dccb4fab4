/**
 * An index of Cassandra's original kind, a hidden table on each node.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { indexesOf } from "../../indexed_columns.ts";

export const secondaryIndex: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "A SELECT by a legacy secondary index (2i)",
  cost:
    "With many different values each lookup reads an index entry and a row on many nodes for a few results; with few, one index partition holds most of the table",
  instead: "Create the index USING 'sai', or model a table for the query",
  source: "CQL › Indexing › 2i › when not to use an index",
  inspect({ query: { parsed }, schema }) {
    const table = schema?.tables[0] ?? null;
    if (parsed.kind !== "select" || table === null) return [];
    return indexesOf(parsed, table).filter(({ kind }) => kind === "secondary").map((index) => ({
      span: index.span,
      message: `Cannot rely on the legacy index "${index.name}"`,
    }));
  },
};
