/**
 * The routes of a project that are deprecated, so that their metrics begin at zero.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import type { LoadedRoute } from "../../routes/handwritten/load_routes.ts";

/** With templates as paths. */
export function deprecatedRoutes(
  queries: readonly Query[],
  routes: readonly LoadedRoute[],
): { method: string; path: string }[] {
  const all = [
    ...queries.flatMap(({ route, deprecated }) => route === null ? [] : [{ ...route, deprecated }]),
    ...routes.map(({ route }) => route),
  ];
  return all.filter(({ deprecated }) => deprecated !== null)
    .map(({ method, path }) => ({ method: method.toUpperCase(), path }));
}
