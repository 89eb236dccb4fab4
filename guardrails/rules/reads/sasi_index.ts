/**
 * A SASI index, which Cassandra itself calls experimental.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { indexesOf } from "../../indexed_columns.ts";

export const sasiIndex: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "A SELECT by a SASI index",
  cost: "SASI is experimental and off by default; a release that drops it takes the route with it",
  instead: "Create the index USING 'sai'; for a search by prefix, model a table of prefixes",
  source: "CQL › Indexing › SASI",
  inspect({ query: { parsed }, schema }) {
    const table = schema?.tables[0] ?? null;
    if (parsed.kind !== "select" || table === null) return [];
    return indexesOf(parsed, table).filter(({ kind }) => kind === "sasi").map((index) => ({
      span: index.span,
      message: `Cannot rely on the SASI index "${index.name}"`,
    }));
  },
};
