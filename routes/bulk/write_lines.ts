/**
 * Many inputs, each a write of its own: as many at once as Cassandra keeps up with, and no more read
 * than that. One that fails is reported and stops no other.
 *
 * @module
 */
import { backoff } from "../../db/backoff.ts";
import { type Code, ServiceError } from "../../errors.ts";
import { toServiceError } from "../problem.ts";
import { AdaptiveLimit } from "./adaptive_limit.ts";

/** One input: its JSON, or why there is none. Lines count from one. */
export type Entry =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly error: ServiceError };

export interface WriteLinesOptions {
  /**
   * Checks an input and writes it.
   *
   * @throws {ServiceError} where it was not, or perhaps not, written
   */
  write(value: unknown): Promise<void>;
  /** Whether a write that may have been made can be made again. */
  readonly idempotent: boolean;
  /** Takes a line that was not written. */
  fail(line: number, error: ServiceError): void;
  /** Asked before each line: why to stop; null to go on. What it throws breaks the upload off. */
  obstacle(): string | null;
  readonly limit?: AdaptiveLimit;
  /** In [0, 1), for the delays between attempts. */
  readonly random?: () => number;
}

/** What has become of the lines. */
export interface BulkOutcome {
  /** The last line that was read: those after it were not written. */
  readonly read: number;
  readonly written: number;
  readonly failed: number;
  /** Why not all lines were read, where the sender is to be told. */
  readonly stopped: string | null;
  /** What broke the upload off; undefined where it came to its end. */
  readonly broken: unknown;
  /** What the operator should know of the failures: the cause of the first that has one. */
  readonly cause: unknown;
}

const RETRY_BACKOFF = { baseMs: 100, capMs: 2_000 };
const MAX_RETRIES = 3;
/** What may be gone a moment later. */
const PASSING: ReadonlySet<Code> = new Set(["overloaded", "unavailable", "timeout"]);
/** What says that Cassandra could not keep up. */
const STRAINED: ReadonlySet<Code> = new Set([...PASSING, "outcome_unknown"]);

/**
 * Writes the entries, block by block, and resolves when nothing is under way any more. Never rejects:
 * entries that end in an error end the reading.
 */
export async function writeLines(
  blocks: AsyncIterable<readonly Entry[]>,
  options: WriteLinesOptions,
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

  function fail(line: number, thrown: unknown): void {
    const error = toServiceError(thrown);
    cause ??= error.cause;
    failed++;
    options.fail(line, error);
  }

  async function writeEntry(entry: Entry): Promise<void> {
    try {
      if ("error" in entry) throw entry.error;
      await writeRetrying(entry.value);
      written++;
      limit.grow();
    } catch (error) {
      fail(entry.line, error);
    }
    limit.release();
    if (!reading && limit.inFlight === 0) becomeIdle();
  }

  /** Writes, and again where that helps and does no harm. */
  async function writeRetrying(value: unknown): Promise<void> {
    const delays = backoff({ ...RETRY_BACKOFF, random: options.random ?? Math.random });
    for (let retries = 0;; retries++) {
      const { epoch } = limit;
      try {
        return await options.write(value);
      } catch (error) {
        const { code } = toServiceError(error);
        if (STRAINED.has(code)) limit.backOff(epoch);
        if (!options.idempotent || !PASSING.has(code) || retries === MAX_RETRIES) throw error;
      }
      await sleep(delays.next().value);
    }
  }

  try {
    reading: for await (const block of blocks) {
      for (const entry of block) {
        stopped = options.obstacle();
        if (stopped !== null) break reading;
        while (!limit.tryTake()) await limit.freed();
        read = entry.line;
        void writeEntry(entry);
      }
    }
  } catch (error) {
    broken = error;
  }
  reading = false;
  if (limit.inFlight > 0) await idle;
  return { read, written, failed, stopped, broken, cause };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
