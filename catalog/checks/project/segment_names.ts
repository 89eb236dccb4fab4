/**
 * The names of a path's segments across routes: to OpenAPI, paths that differ in these names alone are one path, which
 * a document may have once ("Paths Object"). Where queries have other markers for a segment, clients know it by the
 * name of the first; `as=` is what a query says about it itself, and cannot differ.
 *
 * @module
 */

import { clientNameOf } from "../../parse/client_name.ts";
import type { Param, Query } from "../../query.ts";
import { pathShape } from "../../tags/route/route_tag.ts";
import { placeOf } from "../../text/diagnose.ts";
import type { Diagnostic } from "../../text/source.ts";

/** Finds the queries that name a segment differently from the queries before them, and says why. */
export function findSegmentNames(
  queries: readonly Query[],
): readonly { readonly query: Query; readonly diagnostic: Diagnostic }[] {
  const firsts = new Map<string, Query>();
  return queries.flatMap((query) => {
    if (query.route === null) return [];
    const shape = pathShape(query.route.path);
    const first = firsts.get(shape);
    if (first === undefined) {
      firsts.set(shape, query);
      return [];
    }
    const others = segmentsOf(first);
    return segmentsOf(query).flatMap((segment, index) => {
      const other = others[index]!;
      const [name, otherName] = [clientNameOf(segment), clientNameOf(other)];
      if (name === otherName || segment.as === null && other.as === null) return [];
      const diagnostic = {
        span: segment.span,
        message: `Cannot name a segment of "${query.route!.path}" "${name}": ` +
          `query "${first.name}" names it "${otherName}"`,
        help: `Use one name in every query of a path; the other is at ${placeOf(other.span)}`,
      };
      return [{ query, diagnostic }];
    });
  });
}

/**
 * Queries of which each path has one name for a segment.
 *
 * @param given the names of segments by the shape of their path, where something else has a path of that shape
 */
export function withSegmentNames(
  queries: readonly Query[],
  given: ReadonlyMap<string, readonly string[]> = new Map(),
): Query[] {
  const known = new Map(given);
  return queries.map((query) => {
    if (query.route === null) return query;
    const shape = pathShape(query.route.path);
    const segments = segmentsOf(query);
    const own = segments.map(clientNameOf);
    const names = known.get(shape) ?? own;
    known.set(shape, names);
    if (own.every((name, index) => name === names[index])) return query;
    const params = query.params.map((param): Param => {
      const segment = names[segments.indexOf(param)];
      return segment === undefined ? param : { ...param, source: { in: "path", segment } };
    });
    return { ...query, params };
  });
}

/** The parameters in the path, in its order. */
export function segmentsOf({ route, params }: Query): Param[] {
  return [...route!.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) =>
    params.find((param) => param.name === name) ?? []
  );
}
