/**
 * What clients saw, as the checks read it: when each request was sent and answered, and what the answer
 * lets its client believe. Times are in milliseconds on one clock.
 *
 * @module
 */

export interface Interval {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** What the client of a write may believe: that it happened, that it never will, or nothing. */
export type Verdict = "acknowledged" | "refused" | "unknown";

export interface Write extends Interval {
  readonly verdict: Verdict;
}

/** A promise that was broken, in words. */
export type Fault = string;

/** When a read must see a write: the write was acknowledged before the read began. */
export function mustSee(read: Interval, write: Write): boolean {
  return write.verdict === "acknowledged" && write.endedAt < read.startedAt;
}

/** Whether a read can have seen a write: the write was not refused, and had begun by then. */
export function canSee(read: Interval, write: Write): boolean {
  return write.verdict !== "refused" && write.startedAt < read.endedAt;
}
