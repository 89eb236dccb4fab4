/**
 * Runs the statement of a prepared query within its deadline, and observes it. Reports when the schema no
 * longer fits the query.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { PackedRow } from "../../codec/packed/packed_rows.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { Observe } from "../../observe/observation.ts";
import type { BoundValues, RawResult, WriteTime } from "../driver/internals/driver_types.ts";
import type { Session } from "../driver/session.ts";
import type { PreparedQuery } from "../prepare/prepared_query.ts";
import { type AnswerSize, fetchSizeOf, maxBytesOf } from "./answer_size.ts";
import { deadlineAfter, type Timed } from "./deadline.ts";
import {
  createStatementObserver,
  type ObserveStatement,
  type StatementObserverOptions,
} from "./telemetry/observe_statement.ts";

export interface RunOptions extends Timed, AnswerSize {
  /** Where to go on from. */
  readonly pagingState?: Buffer | undefined;
  /** Of a write that is attempted again: the same each time. Default: when it is sent. */
  readonly writeTime?: WriteTime | undefined;
}

export type RunBatchOptions = Pick<RunOptions, "stopwatch" | "writeTime" | "deadline">;

export interface PreparedRunnerOptions
  extends Pick<StatementObserverOptions, "slowQueries" | "hotSpots"> {
  readonly session: Session;
  readonly observe: Observe;
  readonly maxPageBytes: number;
}

export class PreparedRunner {
  readonly #session: Session;
  readonly #observe: Observe;
  readonly #maxPageBytes: number;
  readonly #observeStatement: ObserveStatement;

  constructor({ session, observe, maxPageBytes, ...observing }: PreparedRunnerOptions) {
    this.#session = session;
    this.#observe = observe;
    this.#maxPageBytes = maxPageBytes;
    this.#observeStatement = createStatementObserver({
      session,
      observe,
      onFailure: (prepared, error) => this.#onFailure(prepared, error),
      ...observing,
    });
  }

  /** Its rows are still to be read. */
  run(
    prepared: PreparedQuery,
    bound: BoundValues,
    options: RunOptions,
  ): Promise<RawResult> {
    const { query, statement } = prepared;
    const { stopwatch } = options;
    const startedAt = performance.now();
    const endsAt = this.#endOf(prepared, startedAt, options);
    return this.#observeStatement(
      prepared,
      { stopwatch, bound: [bound], startedAt },
      (attempts) =>
        this.#session.execute(statement, bound, {
          consistency: query.consistency.level,
          serialConsistency: query.consistency.serial,
          writes: prepared.writes,
          idempotent: prepared.idempotent,
          fetchSize: fetchSizeOf(prepared, options),
          maxAnswerBytes: maxBytesOf(prepared, options, this.#maxPageBytes),
          mayBeLarge: query.mode === "many" || query.raw !== null,
          pagingState: options.pagingState,
          writeTime: options.writeTime,
          speculativeAfterMs: query.speculative,
          endsAt,
          attempts,
        }),
    );
  }

  /** @param rows of one partition */
  runBatch(
    prepared: PreparedQuery,
    rows: readonly PackedRow[],
    { stopwatch, writeTime, deadline }: RunBatchOptions,
  ): Promise<RawResult> {
    const startedAt = performance.now();
    return this.#observeStatement(
      prepared,
      { stopwatch, startedAt, bound: rows },
      (attempts) =>
        this.#session.executeBatch(prepared.statement, rows, {
          consistency: prepared.query.consistency.level,
          writes: prepared.writes,
          idempotent: prepared.idempotent,
          writeTime,
          endsAt: this.#endOf(prepared, startedAt, { deadline, stopwatch }),
          attempts,
        }),
    );
  }

  /** Until when a statement that begins now may take, in the time of `performance.now()`. */
  deadlineOf(prepared: PreparedQuery, request: Timed = {}): number {
    return this.#endOf(prepared, performance.now(), request);
  }

  /** Reports that the schema no longer fits the query. */
  noteDrift({ query }: PreparedQuery, detail: string): void {
    this.#observe({ kind: "schema_drift", query: query.name, detail });
    this.#session.noteSchemaChange();
  }

  /** Notices when the schema no longer fits the query. */
  #onFailure(prepared: PreparedQuery, error: unknown): void {
    const isDrift = error instanceof ServiceError && error.code === "schema_changed";
    if (isDrift) this.noteDrift(prepared, causeOf(error));
  }

  #endOf({ query }: PreparedQuery, startedAt: number, request: Timed): number {
    const timeouts = { requestMs: this.#session.requestTimeoutMs, queryMs: query.timeout };
    return deadlineAfter(startedAt, timeouts, request);
  }
}

function causeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : String(error);
}
