/**
 * Which columns tell tenants apart: what some query of a project takes from a claim about a group of callers, or
 * requires such a claim to match.
 *
 * @module
 */
import type { Query } from "../catalog/query.ts";
import { partsOf, restrictionsOf } from "./restrictions.ts";

/** By table, also for its views, and by column: whether a query takes the value from a claim, or some only require a claim to match it. */
export type TenantColumns = ReadonlyMap<string, ReadonlyMap<string, "bound" | "required">>;

/** The name of the table that a materialised view is of; any other name as it is. */
export type BaseOf = (table: string) => string;

/** Collected once for all queries: to look through all of them for each one takes quadratic time. */
export function collectTenantColumns(queries: readonly Query[], baseOf: BaseOf): TenantColumns {
  const columns = new Map<string, Map<string, "bound" | "required">>();
  for (const query of queries) {
    const bound = tenantMarkers(query);
    const required = new Set(
      requiredMarkers(query).flatMap(({ marker, claim }) => claim === "sub" ? [] : [marker]),
    );
    if (bound.size + required.size === 0) continue;
    for (const part of partsOf(query.parsed)) {
      const ofTable = columns.getOrInsertComputed(baseOf(part.table.name.name), () => new Map());
      for (const { column, markers } of restrictionsOf(part)) {
        if (markers.some((marker) => bound.has(marker))) ofTable.set(column, "bound");
        else if (markers.some((marker) => required.has(marker)) && !ofTable.has(column)) {
          ofTable.set(column, "required");
        }
      }
    }
  }
  return columns;
}

/** The markers that a claim has to be, or to contain, and that claim. */
function requiredMarkers(
  { requirements }: Query,
): readonly { readonly marker: string; readonly claim: string }[] {
  return requirements.flatMap(({ claim, comparison, comparand }) =>
    comparison !== "!=" && comparand.kind === "marker" ? [{ marker: comparand.name, claim }] : []
  );
}

/** The markers whose values callers cannot choose: claims, and what a claim has to be or to contain. */
export function claimMarkers(query: Query): ReadonlySet<string> {
  return new Set([
    ...query.params.flatMap(({ name, source }) => source.in === "claim" ? [name] : []),
    ...requiredMarkers(query).map(({ marker }) => marker),
  ]);
}

/** The markers that a claim about a group of callers is bound to; `sub` is about one caller. */
export function tenantMarkers({ params }: Query): ReadonlySet<string> {
  return new Set(
    params.flatMap(({ name, source }) =>
      source.in === "claim" && source.claim !== "sub" ? [name] : []
    ),
  );
}
