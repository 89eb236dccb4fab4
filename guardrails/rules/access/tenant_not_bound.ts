/**
 * A route to a table of tenants that lets the caller choose the tenant.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { partsOf, restrictionsOf } from "../../restrictions.ts";
import { claimMarkers } from "../../tenant_columns.ts";

/** As a name without capitals and underscores: `"tenantId"` is a tenant, too. */
const TENANT_COLUMNS: readonly string[] = ["tenant", "tenantid"];

export const tenantNotBound: QueryGuardrail = {
  about: "query",
  severity: "error",
  finds:
    "A route to a table with a tenant in its partition key that neither takes the tenant from a claim nor requires a claim to match it",
  cost: "A caller who knows or guesses another tenant's name can read or write its rows",
  instead:
    'Take it from the token, as in "@param tenant_id in claim:tenant", or require a match, as in "@require claim:tenants contains :tenant_id"',
  source: "OWASP API Security › API1:2023 Broken Object Level Authorization",
  inspect({ query, tenantColumns, baseOf, schema }) {
    if (schema === null || query.route === null) return [];
    const claims = claimMarkers(query);
    return partsOf(query.parsed).flatMap((part, index) => {
      const table = schema.tables[index] ?? null;
      if (table === null) return [];
      const bound = restrictionsOf(part);
      const isOwn = bound.some(({ kind, markers }) =>
        kind === "condition" && markers.some((marker) => claims.has(marker))
      );
      const learnt = tenantColumns.get(baseOf(table.name));
      return table.partitionKey.filter((column) =>
        isTenant(column) || learnt?.get(column) === "bound" ||
        // Nothing more is needed of callers who can only change what is their own.
        learnt?.get(column) === "required" && !isOwn
      ).filter((column) =>
        // A range also reaches other tenants than the claim's. A constant is nobody's to choose.
        !bound.some((restriction) =>
          restriction.column === column && restriction.kind !== "other" &&
          restriction.markers.every((marker) => claims.has(marker))
        )
      ).map((column) => ({
        span: bound.find((restriction) => restriction.column === column)?.span ?? part.table.span,
        message:
          `Cannot let callers choose the tenant of "${table.name}": "${column}" is not bound to a claim`,
      }));
    });
  },
};

function isTenant(column: string): boolean {
  return TENANT_COLUMNS.includes(column.toLowerCase().replaceAll("_", ""));
}
