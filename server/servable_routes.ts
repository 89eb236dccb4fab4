/**
 * Whether any route can be served, by the queries that cannot. Pure.
 *
 * @module
 */
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import type { UnreachableQuery } from "../observe/observation.ts";
import type { HandwrittenRoute } from "../routes/handwritten/define_route.ts";

/** The names of the queries that a route may run; it is served while one of them is. */
export type RouteQueries = readonly string[];

/** An entry for each route; queries that share a route stand in one. */
export function queriesByRoute(
  prepared: readonly PreparedQuery[],
  handwritten: readonly Pick<HandwrittenRoute, "queries">[],
): RouteQueries[] {
  const routed = prepared.filter(({ query: { route } }) => route !== null);
  const shared = Map.groupBy(
    routed,
    ({ query: { route } }) => `${route!.method} ${route!.path}`,
  );
  return [
    ...[...shared.values()].map((queries) => queries.map(({ query: { name } }) => name)),
    ...handwritten.map(({ queries }) => queries),
  ];
}

/** A route that runs no query is always served. So is a query, as long as some partitions are. */
export function isAnyServable(
  routes: readonly RouteQueries[],
  unreachable: readonly UnreachableQuery[],
): boolean {
  const lost = new Set(
    unreachable.filter(({ partitions }) => partitions === "all").map(({ query }) => query),
  );
  return routes.length === 0 ||
    routes.some((names) => names.length === 0 || names.some((name) => !lost.has(name)));
}
