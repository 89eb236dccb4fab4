/**
 * What the requests of a run say about time: answers that came too late, how long nothing was served,
 * and how long requests took.
 *
 * @module
 */
import type { Interval } from "../history.ts";
import type { RequestRecord } from "../ledger.ts";

/** Of an answer, beyond its deadline. */
export const GRACE_MS = 100;

/** Requests that waited longer than their deadline allows, processors that were missing set aside. */
export function lateAnswers(
  requests: readonly RequestRecord[],
  deadlineMs: number,
): RequestRecord[] {
  return requests.filter(({ longestWaitMs, starvedMs }) =>
    longestWaitMs - starvedMs > deadlineMs + GRACE_MS
  );
}

/**
 * The longest time within an interval in which requests were under way and none succeeded. A request that
 * succeeds ends such a time when its answer comes; while nobody asks, nothing is missed.
 *
 * @param options.starvedMs how much of an interval does not count, as there was no processor
 */
export function longestGapMs(
  requests: readonly RequestRecord[],
  within: Interval,
  { starvedMs = () => 0 }: { readonly starvedMs?: (interval: Interval) => number } = {},
): number {
  const served = requests.filter(({ status, code }) =>
    status !== null && (status < 300 || code === "not_found" || code === "not_applied")
  );
  const ends = served.map(({ endedAt }) => endedAt)
    .filter((at) => at > within.startedAt && at < within.endedAt)
    .sort((a, b) => a - b);
  const marks = [within.startedAt, ...ends, within.endedAt];
  return Math.max(
    ...marks.slice(1).map((to, index) => {
      const from = marks[index]!;
      const asked = requests.filter(({ startedAt, endedAt }) => startedAt < to && endedAt > from);
      const firstAskedAt = Math.min(to, ...asked.map(({ startedAt }) => startedAt));
      const gap = { startedAt: Math.max(from, firstAskedAt), endedAt: to };
      return gap.endedAt - gap.startedAt - starvedMs(gap);
    }),
  );
}

/** The value that a share of the values does not exceed; 0 without values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
