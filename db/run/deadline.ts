/**
 * When a statement has to end: after the timeout of the whole request, less the time that the request waited
 * until it was let in; or after the timeout of its query, if that ends earlier.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import type { Stopwatch } from "../../observe/stopwatch.ts";

/** How much time a request has, and where it measures the time it waits. */
export interface Timed {
  /**
   * Until when the caller waits, in the time of `performance.now()`. Default: one timeout from now, less the time
   * that the request waited until it was let in.
   */
  readonly deadline?: number | undefined;
  /** Runs while Cassandra is being waited for. */
  readonly stopwatch?: Stopwatch | undefined;
}

export interface Timeouts {
  /** Of a request as a whole, in milliseconds. */
  readonly requestMs: number;
  /** Of the query (`@timeout`), in milliseconds; null if it has none. */
  readonly queryMs: number | null;
}

/**
 * @param startedAt when the statement begins, in the time of `performance.now()`
 * @returns in the same time
 */
export function deadlineAfter(
  startedAt: number,
  { requestMs, queryMs }: Timeouts,
  { deadline = Infinity, stopwatch }: Timed = {},
): number {
  const leftMs = requestMs - (stopwatch?.request?.queuedMs ?? 0);
  return Math.min(deadline, startedAt + Math.min(leftMs, queryMs ?? Infinity));
}

/** Whether a statement failed because it had no more time. */
export function isTimeout(error: unknown): boolean {
  return error instanceof ServiceError && error.code === "timeout";
}
