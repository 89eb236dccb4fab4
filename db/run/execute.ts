/**
 * Runs prepared queries: reads, which may share an answer, single writes, and batches.
 *
 * @module
 */
import { isGenerated } from "../../catalog/parse/generated.ts";
import type { Consistency } from "../../catalog/query.ts";
import { type PackedRow, unpackRow } from "../../codec/packed/packed_rows.ts";
import type { ServiceError } from "../../errors/service_error.ts";
import type { Availability } from "../availability/availability.ts";
import { describeColumns } from "../driver/statements/cql_type.ts";
import type { RawResult, WriteTime } from "../driver/internals/driver_types.ts";
import type { EncodedValues, PreparedQuery } from "../prepare/prepared_query.ts";
import { type Row, sameColumns } from "../prepare/rows/read_rows.ts";
import type { CachedReads } from "../share/cached_reads.ts";
import { maxBytesOf, maxRowsOf } from "./answer_size.ts";
import type { Timed } from "./deadline.ts";
import { type CacheUse, createAnswerFetcher } from "./fetch_answer.ts";
import {
  PreparedRunner,
  type PreparedRunnerOptions,
  type RunBatchOptions,
  type RunOptions,
} from "./run_prepared.ts";
import { readRows, type ReadRowsOptions, type UnreadRows } from "./unread_rows.ts";

export interface ExecutionOptions extends RunOptions {
  /** Of a read: how it uses cached answers. Default: "use". */
  readonly cache?: CacheUse | undefined;
}

export interface Result {
  /** Without the column `[applied]`. */
  readonly rows: Row[];
  /** Whether a lightweight transaction was applied; null for other statements. */
  readonly applied: boolean | null;
}

export interface Executor {
  /** Whether another data centre serves in place of the local one. */
  isAway(): boolean;
  /** The consistency of queries that do not say theirs. */
  readonly consistency: Consistency;
  /** Longest time that a request waits for Cassandra, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Until when a request that begins now may wait for Cassandra on behalf of a query, in the time of
   * `performance.now()`.
   *
   * @param request `deadline`: when all of it has to end, if that is known
   */
  deadlineOf(prepared: PreparedQuery, request?: Timed): number;
  /** The most bytes of rows that are held for one answer. */
  readonly maxPageBytes: number;
  /**
   * Runs a statement that reads, once, or shares the answer of a run that begins after this call. With
   * `@cache` it may be an earlier answer; the request of the stopwatch learns how old it is.
   *
   * @returns the answer, whose rows `unread()` has
   * @throws {ServiceError} `answer_too_large` if there are more bytes than asked for, and others
   */
  fetch(
    prepared: PreparedQuery,
    values: EncodedValues,
    options?: ExecutionOptions,
  ): Promise<RawResult>;
  /** The rows of an answer to the query, which are still to be read, by `readRows()`. */
  unread(prepared: PreparedQuery, answer: RawResult): UnreadRows;
  /**
   * Runs a statement that writes, once.
   *
   * @param options `run` reads the row that a lightweight transaction answers with
   * @throws {ServiceError}
   */
  execute(
    prepared: PreparedQuery,
    values: EncodedValues,
    options?: ExecutionOptions & ReadRowsOptions,
  ): Promise<Result>;
  /**
   * Writes rows of one partition, no two of them the same, all at once or not at all.
   *
   * @param prepared with a `rowKey`, which tells the rows apart
   * @param rows at least one
   * @throws {ServiceError}
   */
  executeBatch(
    prepared: PreparedQuery,
    rows: readonly PackedRow[],
    options?: RunBatchOptions,
  ): Promise<void>;
  /**
   * Why the query may not write now: the clock of this process is too far off. Null if it may write, and for
   * reads. Every write checks this anyway; call it before doing much work for one.
   */
  clockRefusal(prepared: PreparedQuery): ServiceError | null;
  /** The time for a write, later than all before; undefined while nothing can be written. */
  nextWriteTime(): WriteTime | undefined;
}

export interface ExecutorOptions extends PreparedRunnerOptions {
  /** Refuses statements whose consistency cannot be reached. */
  readonly availability: Pick<Availability, "admit">;
  readonly cachedReads: CachedReads;
}

const APPLIED = "[applied]";

export function createExecutor(
  { availability, cachedReads, ...running }: ExecutorOptions,
): Executor {
  const { session, observe, maxPageBytes } = running;
  const statements = new PreparedRunner(running);
  const deadlineOf: Executor["deadlineOf"] = (prepared, request) =>
    statements.deadlineOf(prepared, request);
  const fetchAnswer = createAnswerFetcher({ availability, cachedReads, observe, deadlineOf });

  function clockRefusal(prepared: PreparedQuery): ServiceError | null {
    return takesTimeHere(prepared) ? session.clockRefusal() : null;
  }

  /** @throws {ServiceError} `clock_skewed` */
  function assertTimely(prepared: PreparedQuery): void {
    const refusal = clockRefusal(prepared);
    if (refusal !== null) throw refusal;
  }

  return {
    timeoutMs: session.requestTimeoutMs,
    isAway: () => session.away !== null,
    consistency: session.consistency,
    deadlineOf,
    maxPageBytes,
    fetch(prepared, values, options = {}) {
      const bound = prepared.bind(values);
      return fetchAnswer(prepared, {
        identity: {
          bound,
          maxRows: maxRowsOf(prepared, options),
          maxBytes: maxBytesOf(prepared, options, maxPageBytes),
          pagingState: options.pagingState,
        },
        stopwatch: options.stopwatch,
        cache: options.cache ?? "use",
        deadline: options.deadline ?? deadlineOf(prepared, options),
        send: (deadline, stopwatch) =>
          statements.run(prepared, bound, { ...options, deadline, stopwatch }),
      });
    },
    unread(prepared, { columns, rows }) {
      if (sameColumns(prepared.statement.columns, columns)) {
        return { raw: rows, reader: prepared.rowReader };
      }
      // The markers have not changed, or the statement would not have run. The answer is right; only what was
      // derived from its columns is out of date.
      statements.noteDrift(prepared, `its columns are now (${describeColumns(columns)})`);
      return { raw: rows, reader: prepared.shapeReader(columns) };
    },
    async execute(prepared, values, options = {}) {
      assertTimely(prepared);
      const bound = prepared.bind(values);
      availability.admit(prepared, bound);
      const { columns, rows } = await statements.run(prepared, bound, options);
      if (!prepared.query.conditional) return { applied: null, rows: [] };
      const unread = { raw: rows, reader: prepared.shapeReader(columns) };
      return splitApplied(await readRows([unread], options));
    },
    clockRefusal,
    nextWriteTime: () => session.nextWriteTime(),
    async executeBatch(prepared, rows, options = {}) {
      assertTimely(prepared);
      const [first] = rows;
      if (first === undefined) throw new TypeError("Cannot write a batch: it has no rows");
      availability.admit(prepared, unpackRow(first));
      await statements.runBatch(prepared, rows, options);
    },
  };
}

/**
 * Whether a write depends on the clock of this process, for its write time or for a value. Cassandra takes the
 * time of a lightweight transaction from the clocks of the nodes.
 */
function takesTimeHere({ writes, query: { conditional, params } }: PreparedQuery): boolean {
  return writes && (!conditional || params.some((param) => isGenerated(param, params)));
}

/** Tells the outcome of a lightweight transaction from the rows that it is about. */
function splitApplied([first, ...others]: Row[]): Result {
  const { [APPLIED]: applied, ...current } = first ?? {};
  for (const row of others) delete row[APPLIED];
  const hasCurrent = Object.keys(current).length > 0;
  return { applied: applied === true, rows: hasCurrent ? [current, ...others] : others };
}
