/**
 * Many inputs, each a write by itself or part of a batch: as many at once as Cassandra keeps up with, and
 * no more of them are read than that. An input that fails is reported and stops no other.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { Pace, type RunSteps, type Steps } from "../../runtime/steps.ts";
import type { ByteRange } from "../../codec/tokens/token.ts";
import type { Code } from "../../errors/codes.ts";
import { ServiceError, toServiceError } from "../../errors/service_error.ts";
import { backoff } from "../driver/timing/backoff.ts";
import type { WriteTime } from "../driver/internals/driver_types.ts";
import { AdaptiveLimit } from "./adaptive_limit.ts";
import { type GroupKey, LineGroups, type ReadLine } from "./group_lines.ts";
import { PASSING, repeatedFailure } from "./repeated_failure.ts";

/**
 * One input, or why it could not be taken. JSON that is not parsed yet is valid until the next block is
 * asked for. Lines count from one.
 */
export type Entry =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly json: ByteRange }
  | { readonly line: number; readonly error: ServiceError };

/** An input that came in. */
export type ReadableEntry = Exclude<Entry, { readonly error: ServiceError }>;

export interface WriteLinesOptions<Row> {
  /** Reads and checks an input in one step; null if that takes more. @throws {ServiceError} */
  readNow?(entry: ReadableEntry): Row | null;
  /** Reads and checks an input. @throws {ServiceError} */
  read(entry: ReadableEntry): Steps<Row>;
  /** Runs the reading of some inputs. */
  readonly run: RunSteps;
  /**
   * Writes rows that are in one group, all of them or none.
   *
   * @throws {ServiceError} if they were not, or perhaps not, written
   */
  write(rows: readonly Row[], attempt: Attempt): Promise<void>;
  /** Longest that a row may take, all attempts together, in milliseconds. */
  readonly timeoutMs: number;
  /** The time for a write, later than all before: an attempt to repeat it must not undo a later one. */
  nextTime(): WriteTime | undefined;
  /** Which rows may be written together; null if none may. */
  readonly key: GroupKey<Row> | null;
  /** Whether a write that may have been made can be made again. Rows that are grouped always can. */
  readonly idempotent: boolean;
  /** Takes a line that was written. */
  done?(line: number, row: Row): void;
  /** Takes a line that was not written. */
  fail(line: number, error: ServiceError): void;
  /** Asked now and then: why to stop; null to continue. What it throws breaks the upload off. */
  obstacle(): string | null;
  readonly limit?: AdaptiveLimit;
  /** In [0, 1), for the delays between attempts. */
  readonly random?: () => number;
}

/** How rows are to be written. */
export interface Attempt {
  /** As of when. */
  readonly time: WriteTime | undefined;
  /** Until when it may take, in the time of `performance.now()`. */
  readonly deadline: number;
}

/** What became of the lines. */
export interface BulkOutcome {
  /** The last line that was read: those after it were not written. */
  readonly read: number;
  readonly written: number;
  readonly failed: number;
  /** Why not all lines were read, for the sender; null if all were. */
  readonly stopped: string | null;
  /** What broke the upload off; undefined if it came to its end. */
  readonly broken: unknown;
  /** What the operator should know of the failures: the cause of the first that is no mistake of the sender's. */
  readonly cause: unknown;
}

const RETRY_BACKOFF = { baseMs: 100, capMs: 2_000 };
const MAX_RETRIES = 3;
/** What a single row can cause for a whole batch: a value that Cassandra or a replica does not take. */
const MAY_BLAME_ONE: ReadonlySet<Code> = new Set([
  "invalid_input",
  "function_failed",
  "replica_failure",
]);
/** What shows that Cassandra could not keep up. */
const STRAINED: ReadonlySet<Code> = new Set([...PASSING, "outcome_unknown"]);

/** Lines that are read and grouped at a time. */
const WINDOW = 1_000;
/** After so much work without a turn of the event loop, others have theirs. */
const WORK_MS = 5;
/** How long lines wait for others of their partition, where the sender has no more for now. */
const PATIENCE_MS = 2;
/** How long they wait for others at most, where there is always more. */
const MAX_WAIT_MS = 100;
/** A row in a batch costs Cassandra about a quarter of what it costs alone. */
const ROWS_IN_A_PLACE = 4;

/**
 * Writes the entries, block by block, and resolves when nothing is in flight any more. Never rejects:
 * where the entries end in an error, the reading ends.
 */
export async function writeLines<Row>(
  blocks: AsyncIterable<readonly Entry[]>,
  options: WriteLinesOptions<Row>,
): Promise<BulkOutcome> {
  const limit = options.limit ?? new AdaptiveLimit();
  const { promise: idle, resolve: becomeIdle } = Promise.withResolvers<void>();
  let read = 0;
  let written = 0;
  let failed = 0;
  let stopped: string | null = null;
  let broken: unknown;
  let cause: unknown;
  let reading = true;
  let turnAt = performance.now();

  function fail(line: number, thrown: unknown): void {
    const error = toServiceError(thrown);
    // Of a refused value, Cassandra's own words repeat the value.
    if (error.status >= 500) cause ??= error.cause;
    failed++;
    options.fail(line, error);
  }

  /** The entries that can be written. */
  function* readEntries(entries: readonly Entry[]): Steps<ReadLine<Row>[]> {
    const lines: ReadLine<Row>[] = [];
    const pace = new Pace();
    for (const entry of entries) {
      if (pace.isDue()) yield;
      try {
        if ("error" in entry) throw entry.error;
        const row = options.readNow?.(entry) ?? (yield* options.read(entry));
        lines.push({ line: entry.line, row });
      } catch (error) {
        fail(entry.line, error);
      }
    }
    return lines;
  }

  /** Where one row of several may be to blame, writing each alone finds it. */
  async function writeGroup(group: readonly ReadLine<Row>[]): Promise<void> {
    const time = options.nextTime();
    const error = await attempt(group, time);
    if (error === null) return;
    if (group.length === 1 || !MAY_BLAME_ONE.has(error.code)) return failAll(group, error);
    for (const [index, line] of group.entries()) {
      const own = await attempt([line], time);
      // Trying the others as well would only add to the strain.
      if (own !== null && STRAINED.has(own.code)) {
        return failAll(group.slice(index), afterGroup(error, own));
      }
      if (own !== null) fail(line.line, own);
    }
  }

  /** Some replicas may have written the group before one of its rows was tried alone. */
  function afterGroup(ofGroup: ServiceError, own: ServiceError): ServiceError {
    const mayBeWritten = ofGroup.code === "replica_failure" && options.idempotent;
    return mayBeWritten ? repeatedFailure(ofGroup, own) : own;
  }

  function failAll(group: readonly ReadLine<Row>[], error: ServiceError): void {
    for (const { line } of group) fail(line, error);
  }

  /** Why the rows were not written; null if they were. */
  async function attempt(
    group: readonly ReadLine<Row>[],
    time: WriteTime | undefined,
  ): Promise<ServiceError | null> {
    try {
      await writeRetrying(group.map(({ row }) => row), time);
    } catch (error) {
      return toServiceError(error);
    }
    written += group.length;
    for (const { line, row } of group) options.done?.(line, row);
    limit.grow(placesFor(group));
    return null;
  }

  /** Writes, and writes again where that helps and does no harm. */
  async function writeRetrying(rows: readonly Row[], time: WriteTime | undefined): Promise<void> {
    const delays = backoff({ ...RETRY_BACKOFF, random: options.random ?? Math.random });
    const deadline = performance.now() + options.timeoutMs;
    let earlier: ServiceError | null = null;
    for (let retries = 0;; retries++) {
      const { epoch } = limit;
      try {
        return await options.write(rows, { time, deadline });
      } catch (error) {
        const failure = toServiceError(error);
        const { code } = failure;
        if (STRAINED.has(code)) limit.backOff(epoch);
        const delayMs = delays.next().value;
        const mayRetry = options.idempotent && PASSING.has(code) && retries < MAX_RETRIES &&
          performance.now() + delayMs < deadline;
        if (!mayRetry) throw earlier === null ? error : repeatedFailure(earlier, failure);
        earlier = failure;
        await setTimeout(delayMs);
      }
    }
  }

  async function writeAndRelease(group: readonly ReadLine<Row>[]): Promise<void> {
    await writeGroup(group);
    limit.release(placesFor(group));
    if (!reading && limit.inFlight === 0) becomeIdle();
  }

  const groups = new LineGroups(options.key);
  async function send(group: readonly ReadLine<Row>[]): Promise<void> {
    while (!limit.tryTake(placesFor(group))) await limit.freed();
    void writeAndRelease(group);
  }
  let sentAllAt = performance.now();
  async function sendAll(): Promise<void> {
    sentAllAt = performance.now();
    for (const group of groups.takeAll()) await send(group);
  }
  /** The blocks; what waits for others of its partition does not wait for a sender. */
  async function* readBlocks(): AsyncGenerator<readonly Entry[]> {
    const iterator = blocks[Symbol.asyncIterator]();
    try {
      while (true) {
        const next = iterator.next();
        if (!groups.isEmpty && !await isSoon(next, PATIENCE_MS)) await sendAll();
        const { done, value } = await next;
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  try {
    reading: for await (const block of readBlocks()) {
      for (let start = 0; start < block.length; start += WINDOW) {
        stopped = options.obstacle();
        if (stopped !== null) break reading;
        const entries = block.slice(start, start + WINDOW);
        const lines = await options.run(readEntries(entries));
        for (const line of lines) {
          const group = groups.add(line);
          if (group !== null) await send(group);
        }
        if (groups.isFull || performance.now() - sentAllAt > MAX_WAIT_MS) await sendAll();
        read = entries.at(-1)!.line;
        if (performance.now() - turnAt < WORK_MS) continue;
        // Not an immediate, before which the runtime hardly looks for input and output.
        await setTimeout(0);
        turnAt = performance.now();
      }
    }
  } catch (error) {
    broken = error;
  }
  await sendAll();
  reading = false;
  if (limit.inFlight > 0) await idle;
  return { read, written, failed, stopped, broken, cause };
}

/** Whether work ends within a time; how it ends is for others to see. */
function isSoon(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = globalThis.setTimeout(() => resolve(false), withinMs);
    const end = () => {
      clearTimeout(timer);
      resolve(true);
    };
    work.then(end, end);
  });
}

function placesFor({ length }: { readonly length: number }): number {
  return Math.ceil(length / ROWS_IN_A_PLACE);
}
