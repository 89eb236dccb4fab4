/**
 * Lines about what can happen with every request, or every second while a node is away. They are bounded, and
 * say how many similar lines were left out.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import type { Observation, ObservationOf } from "../observation.ts";
import { createBoundedLines } from "./bounded_lines.ts";
import { summarizeCause } from "./describe_cause.ts";
import { round } from "./round.ts";

type Repeated = Observation & {
  readonly kind: "slow_query" | "schema_drift" | "server_warning" | "driver_error";
};

export interface RepeatedLines {
  log(observation: Repeated): void;
  /** Writes the lines that are held back. */
  flush(): void;
}

const SLOW_QUERIES_MS = 1_000;
const WARNINGS_MS = 60_000;

export function createRepeatedLines(logger: Logger): RepeatedLines {
  const slowQueries = createBoundedLines(SLOW_QUERIES_MS);
  const warnings = createBoundedLines(WARNINGS_MS);
  return {
    log(observation) {
      switch (observation.kind) {
        case "slow_query": {
          const { query, durationMs } = observation;
          const write = (leftOut: number) => logSlowQuery(logger, observation, leftOut);
          return slowQueries.offer(query, write, durationMs);
        }
        case "schema_drift": {
          const { query, detail } = observation;
          return warnings.offer(
            `drift ${query}`,
            (leftOut) =>
              logger.warning("Query {query} no longer fits the schema: {detail}", {
                query,
                detail,
                ...leftOutOf(leftOut),
              }),
          );
        }
        case "server_warning": {
          const { query, about } = observation;
          return warnings.offer(
            `server ${query} ${about}`,
            (leftOut) =>
              logger.warning("Cassandra warns about query {query}: {about}", {
                query,
                about,
                ...leftOutOf(leftOut),
              }),
          );
        }
        case "driver_error": {
          const { source, message, cause } = observation;
          const kind = `driver ${source} ${withoutNumbers(message)}`;
          return warnings.offer(kind, (leftOut) =>
            logger.warning("The driver reports: {report}", {
              report: `${source}: ${message}`,
              ...(cause === undefined ? {} : { cause: summarizeCause(cause) }),
              ...leftOutOf(leftOut),
            }));
        }
      }
    },
    flush() {
      slowQueries.flush();
      warnings.flush();
    },
  };
}

function logSlowQuery(
  logger: Logger,
  slow: ObservationOf<"slow_query">,
  leftOut: number,
): void {
  logger.warning("Slow query {query}: {duration_ms} ms", {
    query: slow.query,
    duration_ms: round(slow.durationMs),
    cassandra_ms: round(slow.cost.serverMs),
    key: slow.key,
    coordinator: slow.coordinator,
    attempts: slow.cost.attempts,
    consistency: slow.consistency,
    rows_received: slow.cost.rowsReceived,
    rows_sent: slow.cost.rowsSent,
    outcome: slow.outcome,
    request_id: slow.requestId,
    ...(slow.traceId === null ? {} : { trace_id: slow.traceId }),
    ...leftOutOf(leftOut),
  });
}

function leftOutOf(leftOut: number): { left_out?: number } {
  return leftOut === 0 ? {} : { left_out: leftOut };
}

/** An attempt has a number, and a connection an id: what differs only there is one kind. */
function withoutNumbers(message: string): string {
  return message.replace(/(?<![.:\w])#?\d+(?![.:\w])/g, "#");
}
