/**
 * A route to a table of tenants that lets the caller choose the tenant.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import type { QueryGuardrail } from "../../guardrail.ts";
import { partsOf, restrictionsOf } from "../../restrictions.ts";
import { tenantMarkers } from "./claim_outside_partition_key.ts";

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
  inspect({ query, queries, schema }) {
    if (schema === null || query.route === null) return [];
    const claims = new Set([
      ...query.params.flatMap(({ name, source }) => source.in === "claim" ? [name] : []),
      ...requiredMarkers(query).map(({ marker }) => marker),
    ]);
    return partsOf(query.parsed).flatMap((part, index) => {
      const table = schema.tables[index] ?? null;
      if (table === null) return [];
      const bound = restrictionsOf(part);
      return table.partitionKey.filter((column) =>
        isTenant(column) || tenantColumns(queries).get(table.name)?.has(column)
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

/** The markers that a claim has to be, or to contain, and that claim. */
function requiredMarkers(
  { requirements }: Query,
): readonly { readonly marker: string; readonly claim: string }[] {
  return requirements.flatMap(({ claim, comparison, comparand }) =>
    comparison !== "!=" && comparand.kind === "marker" ? [{ marker: comparand.name, claim }] : []
  );
}

/** By table, the columns that some query binds to the tenant of a claim, or requires it to match. */
type TenantColumns = ReadonlyMap<string, ReadonlySet<string>>;

const known = new WeakMap<readonly Query[], TenantColumns>();

/** Collected once for all queries: to look through all for each one takes quadratic time. */
function tenantColumns(queries: readonly Query[]): TenantColumns {
  const columns = known.get(queries) ?? collectTenantColumns(queries);
  known.set(queries, columns);
  return columns;
}

function collectTenantColumns(queries: readonly Query[]): TenantColumns {
  const columns = new Map<string, Set<string>>();
  for (const query of queries) {
    const claims = new Set([
      ...tenantMarkers(query),
      ...requiredMarkers(query).flatMap(({ marker, claim }) => claim === "sub" ? [] : [marker]),
    ]);
    if (claims.size === 0) continue;
    for (const part of partsOf(query.parsed)) {
      const ofTable = columns.getOrInsertComputed(part.table.name.name, () => new Set());
      for (const { column, markers } of restrictionsOf(part)) {
        if (markers.some((marker) => claims.has(marker))) ofTable.add(column);
      }
    }
  }
  return columns;
}
