/**
 * The warning of a query whose statement cannot be read here, whether Cassandra accepts it or was not asked.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { placeOf } from "../../../catalog/text/diagnose.ts";

const ACCEPTED =
  "Cassandra accepts it, so it is served, but never repeated, never written in bulk, and not looked into by guardrails";
const UNKNOWN = "whether Cassandra can is not known: set CASSANDRA_CONTACT_POINTS to ask it";

/**
 * One line for each query whose statement was not read.
 *
 * @param options `isAccepted: false` before Cassandra was asked
 */
export function opaqueWarnings(
  queries: readonly Query[],
  { isAccepted = true }: { readonly isAccepted?: boolean } = {},
): string[] {
  return queries.flatMap(({ name, parsed }) => {
    if (parsed.kind !== "opaque") return [];
    const { span, expected } = parsed.obstacle;
    return `${placeOf(span)}: Cannot read the statement of "${name}": expected ${expected}; ` +
      (isAccepted ? ACCEPTED : UNKNOWN);
  });
}
