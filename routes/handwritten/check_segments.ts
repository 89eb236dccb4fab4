/**
 * The names of segments in the paths of hand-written routes. Their code says what these are, so routes of one path
 * have to agree, and so does an `as=` of a query; other queries are described with the names of the route.
 *
 * @module
 */
import { clientNameOf } from "../../catalog/parse/client_name.ts";
import { segmentsOf } from "../../catalog/checks/project/segment_names.ts";
import type { Query } from "../../catalog/query.ts";
import { pathShape } from "../../catalog/tags/route/route_tag.ts";
import { placeOf } from "../../catalog/text/diagnose.ts";
import type { Diagnostic, Span } from "../../catalog/text/source.ts";
import type { HandwrittenRoute } from "./define_route.ts";
import { segmentNames } from "./path_params.ts";

/** A route, and where its path stands. */
export interface PlacedRoute {
  readonly route: Pick<HandwrittenRoute, "method" | "path">;
  readonly span: Span;
}

/** The names by the shape of the path. */
export function segmentsOfRoutes(
  routes: readonly { readonly route: Pick<HandwrittenRoute, "path"> }[],
): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const { route: { path } } of routes) {
    const shape = pathShape(path);
    if (!names.has(shape)) names.set(shape, segmentNames(path));
  }
  return names;
}

/** Every segment that routes, or a route and a query, name differently. */
export function checkSegments(
  routes: readonly PlacedRoute[],
  queries: readonly Query[],
): Diagnostic[] {
  const firsts = new Map<string, PlacedRoute>();
  for (const placed of routes) {
    const shape = pathShape(placed.route.path);
    if (!firsts.has(shape)) firsts.set(shape, placed);
  }
  return [
    ...routes.flatMap(({ route, span }) => {
      const first = firsts.get(pathShape(route.path))!;
      // With the same method, it is a duplicate.
      if (first.route.path === route.path || first.route.method === route.method) return [];
      const help = `Name its markers alike; the other is at ${placeOf(first.span)}`;
      const message = `Cannot describe "${route.path}" in OpenAPI: ` +
        `another route has it as "${first.route.path}"`;
      return [{ span, message, help }];
    }),
    ...queries.flatMap((query) => {
      if (query.route === null) return [];
      const first = firsts.get(pathShape(query.route.path));
      if (first === undefined) return [];
      const names = segmentNames(first.route.path);
      return segmentsOf(query).flatMap((segment, index) => {
        if (segment.as === null || segment.as === names[index]) return [];
        const message = `Cannot name a segment of "${query.route!.path}" ` +
          `"${clientNameOf(segment)}": a hand-written route names it "${names[index]}"`;
        const help = `Use one name in every route of a path; the other is at ${
          placeOf(first.span)
        }`;
        return [{ span: segment.span, message, help }];
      });
    }),
  ];
}
