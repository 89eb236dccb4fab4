/**
 * `Cqlgate-Trace: cassandra` has Cassandra trace the statements of a request, for callers with the scope that a
 * setting names. The ids of the sessions come back in the same header. The traces are in `system_traces`, for
 * anyone with the right to read that keyspace.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { CassandraTraces, TraceBudget } from "../../observe/cassandra_traces.ts";
import { insufficientScope } from "../auth/challenge.ts";
import { scopesOf } from "../context.ts";
import type { PipelineStep } from "../step.ts";

const HEADER = "cqlgate-trace";

/** Who may ask for traces, and how many there may be. */
export interface CassandraTracing {
  readonly scope: string;
  /** That of the whole process. */
  readonly budget: TraceBudget;
}

/** @param scope null if nobody may ask for traces: then there are none */
export function createCassandraTracing(scope: string | null): CassandraTracing | null {
  return scope === null ? null : { scope, budget: new TraceBudget() };
}

/** Runs after the guard, which knows the caller's scopes. */
export function traceCassandra({ scope, budget }: CassandraTracing): PipelineStep {
  return {
    name: "traceCassandra",
    enter(context) {
      const asked = context.get("request").headers.get(HEADER);
      if (asked === null) return;
      if (!scopesOf(context).has(scope)) {
        throw insufficientScope(
          `The header "Cqlgate-Trace" needs the scope "${scope}", at a route that takes a token: leave it out, or get a token that has the scope`,
          scope,
        );
      }
      if (asked !== "cassandra") {
        throw new ServiceError(
          "malformed_request",
          'The header "Cqlgate-Trace" can only be "cassandra"',
        );
      }
      const traces = new CassandraTraces(budget);
      const { request } = context.get("request").cassandra;
      if (request !== null) request.traces = traces;
    },
    headers(context, headers) {
      const { sessions = [] } = context.get("request").cassandra.request?.traces ?? {};
      if (sessions.length > 0) headers.set(HEADER, sessions.join(", "));
    },
  };
}
