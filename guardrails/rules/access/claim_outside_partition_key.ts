/**
 * A tenant's claim that is bound to something other than the partition key.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { partsOf, restrictionsOf } from "../../restrictions.ts";
import { tenantMarkers } from "../../tenant_columns.ts";

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
