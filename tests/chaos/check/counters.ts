/**
 * Checks counters that are only ever raised by one: each read lies between the increments that were
 * acknowledged before it and those that may have been made by its end.
 *
 * @module
 */
import { canSee, type Fault, type Interval, mustSee, type Write } from "../history.ts";

export interface Increment extends Write {
  readonly counter: string;
}

export interface CounterRead extends Interval {
  readonly counter: string;
  readonly total: number;
}

export function checkCounters(
  increments: readonly Increment[],
  reads: readonly CounterRead[],
): Fault[] {
  const byCounter = Map.groupBy(increments, ({ counter }) => counter);
  return reads.flatMap((read) => {
    const own = byCounter.get(read.counter) ?? [];
    const least = own.filter((increment) => mustSee(read, increment)).length;
    const most = own.filter((increment) => canSee(read, increment)).length;
    if (read.total >= least && read.total <= most) return [];
    const when = `"${read.counter}" at ${Math.round(read.startedAt)} ms`;
    return [`A read of ${when} found ${read.total}, and not ${least} to ${most}`];
  });
}
