/**
 * `SELECT *`: the answer changes whenever the table does.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";

export const selectStar: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "A route that selects `*`",
  cost: "A column that is added later is read, sent and shown to every caller of the route",
  instead: "Name the columns that callers need",
  source: "CQL › Data manipulation › SELECT › The selection clause",
  inspect({ query: { parsed, route } }) {
    if (parsed.kind !== "select" || parsed.selectors !== null || route === null) return [];
    return [{ span: parsed.table.span, message: "Cannot say which columns callers get" }];
  },
};
