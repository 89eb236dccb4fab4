/**
 * Tells the callers of a route that another data centre serves, and at which consistency:
 * `Cassandra-Consistency: LOCAL_QUORUM;failover` (a list of tokens, RFC 9651). A `LOCAL_` level then holds in
 * that data centre, which may lack recent writes of the local one.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import type { Executor } from "../../db/run/execute.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { PipelineStep } from "../step.ts";

export const FAILOVER_HEADER = "cassandra-consistency";

export function announceFailover(
  queries: readonly Pick<PreparedQuery, "query">[],
  executor: Pick<Executor, "isAway" | "consistency">,
): PipelineStep {
  const value = levelsOf(queries, executor.consistency).map((level) => `${level};failover`)
    .join(", ");
  return {
    name: "announceFailover",
    enter(context) {
      context.get("request").wasAway = executor.isAway();
    },
    headers(context, headers) {
      // Whatever it was served from may have changed meanwhile: both are said.
      const isAway = context.get("request").wasAway || executor.isAway();
      if (value !== "" && isAway) headers.set(FAILOVER_HEADER, value);
    },
  };
}

/** Each level once: the levels of the queries, and the serial levels of lightweight transactions. */
function levelsOf(
  queries: readonly Pick<PreparedQuery, "query">[],
  otherwise: Consistency,
): Consistency[] {
  const levels = queries.flatMap(({ query: { consistency: { level, serial }, conditional } }) => [
    level ?? otherwise,
    ...conditional ? [serial ?? "SERIAL"] : [],
  ]);
  return [...new Set(levels)];
}
