/**
 * Runs prepared queries, each within its deadline; `observe_statement.ts` says what they took.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Consistency } from "../../catalog/query.ts";
import { type PackedRow, unpackRow } from "../../codec/packed/packed_rows.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { HotSpots } from "../../observe/hot/hot_spots.ts";
import type { Observe } from "../../observe/observation.ts";
import type { Availability } from "../availability/availability.ts";
import { describeColumns } from "../driver/cql_type.ts";
import type { BoundValues, RawResult, WriteTime } from "../driver/internals/driver_types.ts";
import type { Session } from "../driver/session.ts";
import type { EncodedValues, PreparedQuery } from "../prepare/prepared_query.ts";
import { type Row, sameColumns } from "../prepare/rows/read_rows.ts";
import type { CachedReads } from "../share/cached_reads.ts";
import { deadlineAfter, type Timed } from "./deadline.ts";
import { type CacheUse, createAnswerFetcher } from "./fetch_answer.ts";
import { createStatementObserver } from "./telemetry/observe_statement.ts";
import type { SlowQueryOptions } from "./telemetry/slow_query.ts";
import { readRows, type ReadRowsOptions, type UnreadRows } from "./unread_rows.ts";

export interface ExecutionOptions extends Timed {
  /** Rows to fetch at most, where Cassandra answers in pages. */
  readonly fetchSize?: number;
  /** Bytes of rows at most, as Cassandra sends them. Default: as for a page, or for a single row. */
  readonly maxBytes?: number | undefined;
  /** Where to go on from. */
  readonly pagingState?: Buffer | undefined;
  /** Of a read: what it does with what is kept of earlier ones. Default: it uses it. */
  readonly cache?: CacheUse | undefined;
  /** Of a write that is attempted again: the same each time. Default: when it is sent. */
  readonly writeTime?: WriteTime | undefined;
}

/** Rows that were fetched and are still to be read, by `readRows()`. */
export interface Fetched {
  readonly rows: UnreadRows;
  /** Where the next page begins; null after the last one. */
  readonly pagingState: Buffer | null;
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
   * @throws {ServiceError} `answer_too_large` if there are more bytes than asked for, and others
   */
  fetch(
    prepared: PreparedQuery,
    values: EncodedValues,
    options?: ExecutionOptions,
  ): Promise<Fetched>;
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
    options?: Pick<ExecutionOptions, "stopwatch" | "writeTime" | "deadline">,
  ): Promise<void>;
  /**
   * Why the query may not write as of now: the clock of this process is too far off. Null if it may, and
   * for reads. What writes is held against it anyway; this is for who would do much before.
   */
  clockRefusal(prepared: PreparedQuery): ServiceError | null;
  /** The time for a write, later than all before; undefined while nothing can be written. */
  nextWriteTime(): WriteTime | undefined;
}

export interface ExecutorOptions {
  readonly session: Session;
  /** Refuses statements whose consistency cannot be reached. */
  readonly availability: Pick<Availability, "admit">;
  readonly observe: Observe;
  readonly slowQueries: SlowQueryOptions;
  readonly hotSpots: Pick<HotSpots, "notePartition">;
  readonly cachedReads: CachedReads;
  readonly maxPageBytes: number;
}

/** A single row may have so many times the bytes of a page: it fits no smaller answer. */
export const LONE_ROW_FACTOR = 16;

const DEFAULT_FETCH_SIZE = 5000;
const APPLIED = "[applied]";

export function createExecutor(
  { session, availability, observe, cachedReads, maxPageBytes, ...observing }: ExecutorOptions,
): Executor {
  const observeStatement = createStatementObserver({ session, observe, onFailure, ...observing });
  const fetchAnswer = createAnswerFetcher({ availability, cachedReads, observe, deadlineOf });

  /** Says that the schema is no longer what the query was prepared for. */
  function noteDrift({ query }: PreparedQuery, detail: string): void {
    observe({ kind: "schema_drift", query: query.name, detail });
    session.noteSchemaChange();
  }

  /** Notices where the schema is no longer what a query was prepared for. */
  function onFailure(prepared: PreparedQuery, error: unknown): void {
    const isDrift = error instanceof ServiceError && error.code === "schema_changed";
    if (isDrift) noteDrift(prepared, causeOf(error));
  }

  function clockRefusal(prepared: PreparedQuery): ServiceError | null {
    return takesTimeHere(prepared) ? session.clockRefusal() : null;
  }

  /** @throws {ServiceError} `clock_skewed` */
  function assertTimely(prepared: PreparedQuery): void {
    const refusal = clockRefusal(prepared);
    if (refusal !== null) throw refusal;
  }

  /** Runs a statement once; its rows are still to be read. */
  function run(
    prepared: PreparedQuery,
    bound: BoundValues,
    options: ExecutionOptions,
  ): Promise<RawResult> {
    const { query, statement } = prepared;
    const { stopwatch } = options;
    const startedAt = performance.now();
    const endsAt = endOf(prepared, startedAt, options);
    return observeStatement(
      prepared,
      { stopwatch, bound: [bound], startedAt },
      (attempts) =>
        session.execute(statement, bound, {
          consistency: query.consistency.level,
          serialConsistency: query.consistency.serial,
          writes: prepared.writes,
          idempotent: prepared.idempotent,
          fetchSize: fetchSizeOf(prepared, options),
          maxAnswerBytes: maxBytesOf(prepared, options),
          pagingState: options.pagingState,
          writeTime: options.writeTime,
          speculativeAfterMs: query.speculative,
          endsAt,
          attempts,
        }),
    );
  }

  function maxBytesOf({ query }: PreparedQuery, { maxBytes }: ExecutionOptions): number {
    return maxBytes ?? maxPageBytes * (query.conditional ? LONE_ROW_FACTOR : 1);
  }

  function deadlineOf(prepared: PreparedQuery, request: Timed = {}): number {
    return endOf(prepared, performance.now(), request);
  }

  function endOf({ query }: PreparedQuery, startedAt: number, request: Timed): number {
    const timeouts = { requestMs: session.requestTimeoutMs, queryMs: query.timeout };
    return deadlineAfter(startedAt, timeouts, request);
  }

  return {
    timeoutMs: session.requestTimeoutMs,
    isAway: () => session.away !== null,
    consistency: session.consistency,
    deadlineOf,
    maxPageBytes,
    async fetch(prepared, values, options = {}) {
      const bound = prepared.bind(values);
      const { columns, rows, pagingState } = await fetchAnswer(prepared, {
        identity: {
          bound,
          fetchSize: fetchSizeOf(prepared, options),
          maxBytes: maxBytesOf(prepared, options),
          pagingState: options.pagingState,
        },
        stopwatch: options.stopwatch,
        cache: options.cache ?? "use",
        deadline: deadlineOf(prepared, options),
        send: (deadline, stopwatch) => run(prepared, bound, { ...options, deadline, stopwatch }),
      });
      if (sameColumns(prepared.statement.columns, columns)) {
        return { rows: { raw: rows, reader: prepared.rowReader }, pagingState };
      }
      // The markers are what they were, else the statement would not have run: the answer is right, and
      // what was derived from the columns is old.
      noteDrift(prepared, `its columns are now (${describeColumns(columns)})`);
      return { rows: { raw: rows, reader: prepared.shapeReader(columns) }, pagingState };
    },
    async execute(prepared, values, { run: runSteps, ...options } = {}) {
      assertTimely(prepared);
      const bound = prepared.bind(values);
      availability.admit(prepared, bound);
      const { columns, rows } = await run(prepared, bound, options);
      if (!prepared.query.conditional) return { applied: null, rows: [] };
      const unread = { raw: rows, reader: prepared.shapeReader(columns) };
      return splitApplied(await readRows([unread], { run: runSteps }));
    },
    clockRefusal,
    nextWriteTime: () => session.nextWriteTime(),
    async executeBatch(prepared, rows, { stopwatch, writeTime, deadline } = {}) {
      assertTimely(prepared);
      const [first] = rows;
      if (first === undefined) throw new TypeError("Cannot write a batch: it has no rows");
      availability.admit(prepared, unpackRow(first));
      const startedAt = performance.now();
      await observeStatement(
        prepared,
        { stopwatch, startedAt, bound: rows },
        (attempts) =>
          session.executeBatch(prepared.statement, rows, {
            consistency: prepared.query.consistency.level,
            writes: prepared.writes,
            idempotent: prepared.idempotent,
            writeTime,
            endsAt: endOf(prepared, startedAt, { deadline, stopwatch }),
            attempts,
          }),
      );
    },
  };
}

/** Zero asks for everything in one answer. */
function fetchSizeOf({ isPaged }: PreparedQuery, { fetchSize }: ExecutionOptions): number {
  return isPaged ? fetchSize ?? DEFAULT_FETCH_SIZE : 0;
}

/**
 * Whether what is written depends on the clock of this process: the time of the write, or a value. Cassandra
 * takes the time of a lightweight transaction from the clocks of the nodes.
 */
function takesTimeHere({ writes, query: { conditional }, params }: PreparedQuery): boolean {
  return writes && (!conditional || params.some(({ param }) => param.source.in === "generated"));
}

/** Tells the outcome of a lightweight transaction from the rows that it is about. */
function splitApplied([first, ...others]: Row[]): Result {
  const { [APPLIED]: applied, ...current } = first ?? {};
  for (const row of others) delete row[APPLIED];
  const hasCurrent = Object.keys(current).length > 0;
  return { applied: applied === true, rows: hasCurrent ? [current, ...others] : others };
}

function causeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : String(error);
}
