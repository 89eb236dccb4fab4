/**
 * Writes rows together, and again where that helps and does no harm.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import type { Code } from "../../errors/codes.ts";
import { type ServiceError, toServiceError } from "../../errors/service_error.ts";
import type { WriteTime } from "../driver/internals/driver_types.ts";
import { backoff } from "../driver/timing/backoff.ts";
import type { AdaptiveLimit } from "./adaptive_limit.ts";
import { PASSING, repeatedFailure } from "../driver/failures/repeated_failure.ts";

export interface WriteTogetherOptions<Row> {
  /**
   * Writes rows that are in one group, all of them or none.
   *
   * @throws {ServiceError} if they were not, or perhaps not, written
   */
  write(rows: readonly Row[], timing: WriteTiming): Promise<void>;
  /** Longest that a row may take, all attempts together, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether a write that may have been made can be made again. Rows that are grouped always can. */
  readonly idempotent: boolean;
  /** Learns when Cassandra could not keep up. */
  readonly limit: AdaptiveLimit;
  /** In [0, 1), for the delays between attempts. */
  readonly random?: () => number;
}

/** How rows are to be written. */
export interface WriteTiming {
  /** The write time. */
  readonly time: WriteTime | undefined;
  /** Until when it may take, in the time of `performance.now()`. */
  readonly deadline: number;
}

const RETRY_BACKOFF = { baseMs: 100, capMs: 2_000 };
const MAX_RETRIES = 3;
/** What shows that Cassandra could not keep up. */
export const STRAINED: ReadonlySet<Code> = new Set([...PASSING, "outcome_unknown"]);

/**
 * @param time of every attempt, so that none undoes a later write
 * @throws {ServiceError} if the rows were not, or perhaps not, written
 */
export async function writeTogether<Row>(
  rows: readonly Row[],
  time: WriteTime | undefined,
  { write, timeoutMs, idempotent, limit, random = Math.random }: WriteTogetherOptions<Row>,
): Promise<void> {
  const delays = backoff({ ...RETRY_BACKOFF, random });
  const deadline = performance.now() + timeoutMs;
  let earlier: ServiceError | null = null;
  for (let retries = 0;; retries++) {
    const { epoch } = limit;
    try {
      return await write(rows, { time, deadline });
    } catch (error) {
      const failure = toServiceError(error);
      const { code } = failure;
      if (STRAINED.has(code)) limit.backOff(epoch);
      const delayMs = delays.next().value;
      const mayRetry = idempotent && PASSING.has(code) && retries < MAX_RETRIES &&
        performance.now() + delayMs < deadline;
      if (!mayRetry) throw earlier === null ? error : repeatedFailure(earlier, failure);
      earlier = failure;
      await setTimeout(delayMs);
    }
  }
}
