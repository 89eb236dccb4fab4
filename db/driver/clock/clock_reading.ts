/**
 * The time that a node's clock shows, and that the clocks of several nodes show together. Both are intervals,
 * not points: a node reads its clock at some moment between the question and the answer.
 *
 * @module
 */

import type { ClockSkew } from "../../../observe/observation.ts";

/**
 * Bounds of a clock: it shows at least `earliest` and at most `latest` more than the monotonic clock of this
 * process, `performance.now()`, in milliseconds. So they stay true as time passes, whatever happens to the
 * clock that tells this process the time of day.
 */
export interface ClockBounds {
  readonly earliest: number;
  readonly latest: number;
}

/** The clock of a node. */
export interface ClockReading extends ClockBounds {
  /** `address:port`. */
  readonly address: string;
  /** By the monotonic clock. */
  readonly takenAtMs: number;
}

/** Two clocks at one moment, in milliseconds: this process's time of day, and its monotonic clock. */
export interface Moment {
  readonly nowMs: number;
  readonly monotonicMs: number;
}

/**
 * Bounds of the time that a node showed.
 *
 * @param shownMs its answer, cut to a millisecond
 * @param sentMs by the monotonic clock, as is `receivedMs`
 */
export function boundsOf(
  shownMs: number,
  { sentMs, receivedMs }: { readonly sentMs: number; readonly receivedMs: number },
): ClockBounds {
  return { earliest: shownMs - receivedMs, latest: shownMs + 1 - sentMs };
}

/**
 * The median of clocks, so that a wrong minority has no influence. For an even number, the bounds include both
 * clocks in the middle: if two disagree, nobody knows which is right. Null without clocks.
 */
export function medianClock(clocks: readonly ClockBounds[]): ClockBounds | null {
  const { length } = clocks;
  if (length === 0) return null;
  const [earliest, latest] = (["earliest", "latest"] as const).map((end) =>
    clocks.map((clock) => clock[end]).sort((a, b) => a - b)
  );
  return {
    earliest: earliest![Math.floor((length - 1) / 2)]!,
    latest: latest![Math.floor(length / 2)]!,
  };
}

/** How far this process's time of day is from a clock. */
export function skewFrom(clock: ClockBounds, moment: Moment): ClockSkew {
  const { earliest, latest } = clock;
  // The time of day is cut to a millisecond.
  const offset = moment.nowMs + 0.5 - moment.monotonicMs;
  return {
    likelyMs: offset - (earliest + latest) / 2,
    uncertaintyMs: (latest - earliest + 1) / 2,
    certainMs: certainSkew(clock, moment),
  };
}

/** The part of the skew that is beyond doubt. */
export function certainSkew(
  { earliest, latest }: ClockBounds,
  { nowMs, monotonicMs }: Moment,
): number {
  const offset = nowMs - monotonicMs;
  if (offset > latest) return offset - latest;
  return Math.min(0, offset + 1 - earliest);
}
