/**
 * A tenant's claim that is bound to something other than the partition key.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import type { QueryGuardrail } from "../../guardrail.ts";
import { partsOf, restrictionsOf } from "../../restrictions.ts";

export const claimOutsidePartitionKey: QueryGuardrail = {
  about: "query",
  severity: "error",
  finds:
    "A claim, other than `sub`, that a statement binds to a column outside the partition key only",
  cost:
    "The rows of several tenants share a partition: one tenant can overwrite the rows of another, and its load slows all of them",
  instead: "Make the claim's column a part of the partition key",
  source: "Data modeling › Physical data modeling; OWASP API Security › API1:2023",
  inspect({ query, schema }) {
    if (schema === null) return [];
    const claims = tenantMarkers(query);
    return partsOf(query.parsed).flatMap((part, index) => {
      const table = schema.tables[index] ?? null;
      if (table === null) return [];
      const bound = restrictionsOf(part).filter(({ markers }) =>
        markers.some((marker) => claims.has(marker))
      );
      if (bound.some(({ column }) => table.partitionKey.includes(column))) return [];
      return bound.map(({ column, span }) => ({
        span,
        message: `Cannot keep tenants apart by "${column}": it is not part of the partition key`,
      }));
    });
  },
};

/** The markers that a claim about a group of callers is bound to; `sub` is about one caller. */
export function tenantMarkers({ params }: Query): ReadonlySet<string> {
  return new Set(
    params.flatMap(({ name, source }) =>
      source.in === "claim" && source.claim !== "sub" ? [name] : []
    ),
  );
}
