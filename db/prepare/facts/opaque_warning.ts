/**
 * The warning of a query whose statement Cassandra accepts although it cannot be read here.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { placeOf } from "../../../catalog/text/diagnose.ts";

/** One line for each query whose statement was not read. */
export function opaqueWarnings(queries: readonly Query[]): string[] {
  return queries.flatMap(({ name, parsed }) => {
    if (parsed.kind !== "opaque") return [];
    const { span, expected } = parsed.obstacle;
    return `${placeOf(span)}: Cannot read the statement of "${name}": expected ${expected}; ` +
      "Cassandra accepts it, so it is served, but never repeated and never written in bulk";
  });
}
