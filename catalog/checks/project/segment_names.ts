/**
 * The names of a path's segments across queries: OpenAPI identifies a path by them, so two queries of one path
 * cannot use `as=` to give its segments different names.
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

/** The parameters in the path, in its order. */
function segmentsOf({ route, params }: Query): Param[] {
  return [...route!.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) =>
    params.find((param) => param.name === name) ?? []
  );
}
