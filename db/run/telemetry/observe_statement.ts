/**
 * Runs a statement, and reports what it took: one observation, a span if spans are collected, and more if it
 * was slow or if Cassandra traced it or warned. The request's stopwatch runs meanwhile.
 *
 * @module
 */
import { ServiceError } from "../../../errors/service_error.ts";
import type { HotSpots } from "../../../observe/hot/hot_spots.ts";
import type { Observe, StatementFailure } from "../../../observe/observation.ts";
import type { Stopwatch } from "../../../observe/stopwatch.ts";
import { failureKind, namesGuardrail } from "../../driver/failures/failure_kind.ts";
import { traceOfError } from "../../driver/internals/error_trace.ts";
import type { RawResult, RawRows } from "../../driver/internals/driver_types.ts";
import type { Session } from "../../driver/session.ts";
import { Attempts } from "../../driver/timing/attempts.ts";
import type { PreparedQuery } from "../../prepare/prepared_query.ts";
import { createOperationRecorder } from "./operation_duration.ts";
import { warningKind } from "./server_warning.ts";
import { describeSlowQuery, type SlowQueryOptions } from "./slow_query.ts";
import { costOf, type StatementRun } from "./statement_cost.ts";
import { createStatementSpans } from "./statement_span.ts";

export interface StatementStart {
  readonly stopwatch?: Stopwatch | undefined;
  /** In the time of `performance.now()`. */
  readonly startedAt: number;
  /** The values of a row, or the rows of a batch. */
  readonly bound: StatementRun["bound"];
}

/** @throws what `run` does */
export type ObserveStatement = (
  prepared: PreparedQuery,
  statement: StatementStart,
  run: (attempts: Attempts) => Promise<RawResult>,
) => Promise<RawResult>;

export interface StatementObserverOptions {
  readonly session: Pick<Session, "coordinatorInfo">;
  readonly observe: Observe;
  readonly slowQueries: SlowQueryOptions;
  readonly hotSpots: Pick<HotSpots, "notePartition">;
  /** Called with the error of a statement that fails. */
  readonly onFailure: (prepared: PreparedQuery, error: unknown) => void;
}

export function createStatementObserver(
  { session, observe, slowQueries, hotSpots, onFailure }: StatementObserverOptions,
): ObserveStatement {
  const spans = createStatementSpans((address) => session.coordinatorInfo(address));
  const record = createOperationRecorder();
  const slowMs = slowQueries.thresholdMs ?? Infinity;

  return async (prepared, { stopwatch, startedAt, bound }, run) => {
    const { query: { name: query }, writes } = prepared;
    stopwatch?.start(startedAt);
    const attempts = new Attempts();
    const traces = stopwatch?.request?.traces ?? null;
    if (traces !== null) attempts.isTraced = traces.take();
    const span = spans.start(prepared, bound.length);
    let outcome: ServiceError["code"] | "ok" = "ok";
    let failure: StatementFailure | null = null;
    let answer: RawRows | null = null;
    let cause: unknown;
    try {
      const result = await run(attempts);
      answer = result.rows;
      attempts.coordinator = result.coordinator;
      attempts.traceSession = result.traceSession;
      for (const text of result.warnings) {
        const isGuardrail = namesGuardrail(text);
        observe({ kind: "server_warning", query, about: warningKind(text), isGuardrail });
      }
      return result;
    } catch (error) {
      outcome = error instanceof ServiceError ? error.code : "internal";
      cause = error instanceof ServiceError ? error.cause : error;
      failure = failureKind(cause);
      attempts.traceSession = traceOfError(cause);
      onFailure(prepared, error);
      throw error;
    } finally {
      const now = performance.now();
      const durationMs = now - startedAt;
      const cost = costOf({ attempts, bound, answer, writes, now });
      if (span !== null) spans.end(span, { outcome, cause, cost, attempts });
      record?.(prepared, { durationMs, rows: bound.length, outcome, cause });
      observe({ kind: "statement", query, durationMs, outcome, failure, cost });
      const { partitionKey, traceSession: session, coordinator } = attempts;
      if (partitionKey !== null && attempts.sent > 0) hotSpots.notePartition(query, partitionKey);
      const requestId = stopwatch?.request?.id ?? null;
      if (durationMs >= slowMs) {
        const statement = { query, durationMs, outcome, cost, requestId };
        observe(describeSlowQuery(statement, { attempts, hashKey: slowQueries.hashKey }));
      }
      if (session !== null) {
        traces?.note(session);
        observe({ kind: "cassandra_trace", query, session, coordinator, requestId });
      }
      stopwatch?.stop(now);
    }
  };
}
