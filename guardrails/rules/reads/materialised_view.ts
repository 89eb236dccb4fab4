/**
 * A read of a materialised view, which can get out of step with its table.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";

export const materialisedView: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "A SELECT from a materialised view",
  cost:
    "Views are experimental: a view can differ from its table for good, without a word, it lacks rows until every node has built it, and each write to the table reads first",
  instead: "Write both tables in one logged batch",
  source: "CQL › Materialized views › limitations",
  inspect({ query: { parsed }, schema }) {
    const table = schema?.tables[0] ?? null;
    if (parsed.kind !== "select" || table === null || table.viewOf === null) return [];
    return [{
      span: parsed.table.span,
      message: `Cannot rely on the materialised view "${table.name}"`,
    }];
  },
};
