/**
 * `@location` against the query that it names: its path must be known from what the write has.
 *
 * @module
 */

import type { Query } from "../../query.ts";
import type { Report } from "../../text/source.ts";
import { suggest } from "../../text/suggest.ts";

/**
 * @param queries those without a mistake of their own
 * @param names of all queries, with mistakes or without
 */
export function checkLocationTarget(
  { location, params }: Query,
  { queries, names }: { readonly queries: readonly Query[]; readonly names: readonly string[] },
  report: Report,
): void {
  if (location === null) return;
  const { query: name, span } = location;
  if (!names.includes(name)) {
    return report({ span, message: `Cannot find query "${name}"`, help: suggest(name, names) });
  }
  const target = queries.find((query) => query.name === name);
  if (target === undefined) return;
  const cannotPoint = (state: string, help: string) =>
    report({ span, message: `Cannot point to "${name}": ${state}`, help });
  if (target.mode !== "one" || target.route?.method !== "GET") {
    return cannotPoint(
      target.mode !== "one" ? `its mode is ":${target.mode}"` : "it has no route at GET",
      `Name a ":one" query with a route at GET`,
    );
  }
  for (const { name: needed, source, optional, default: fallback } of target.params) {
    const own = params.find((param) => param.name === needed);
    if (source.in === "path" && (own === undefined || own.optional)) {
      cannotPoint(
        `its path needs "${needed}", which ${
          own === undefined ? "this query does not have" : "the caller may leave out here"
        }`,
        own === undefined
          ? `Give the marker the same name in both queries`
          : `Remove the "?" of "${needed}"`,
      );
    }
    if ((source.in === "query" || source.in === "header") && !optional && fallback === null) {
      cannotPoint(`it needs "${needed}" beside its path`, `Make "${needed}" optional there`);
    }
  }
}
