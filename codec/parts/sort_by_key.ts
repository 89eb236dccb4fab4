/**
 * Sorts in steps, as a merge sort: `toSorted()` of a hundred thousand cannot pause.
 *
 * @module
 */
import type { Pace, Steps } from "../../runtime/steps.ts";

export interface Keyed {
  readonly sortKey: string;
}

const RUN = 64;

/** The members in the order of their keys. So few that they take one step are sorted without a pause. */
export function* sortByKey<Member extends Keyed>(
  all: readonly Member[],
  pace: Pace,
): Steps<Member[]> {
  let runs: Member[][] = [];
  for (let start = 0; start < all.length; start += RUN) {
    runs.push(all.slice(start, start + RUN).sort(compareKeys));
    if (all.length > RUN) yield;
  }
  while (runs.length > 1) {
    const merged: Member[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(yield* merge(runs[index]!, runs[index + 1] ?? [], pace));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function compareKeys(one: Keyed, other: Keyed): number {
  return one.sortKey < other.sortKey ? -1 : one.sortKey > other.sortKey ? 1 : 0;
}

function* merge<Member extends Keyed>(
  one: Member[],
  other: Member[],
  pace: Pace,
): Steps<Member[]> {
  // What was read from Cassandra is in order already.
  if (other.length === 0 || one.at(-1)!.sortKey < other[0]!.sortKey) return one.concat(other);
  const merged: Member[] = [];
  let index = 0;
  for (const member of one) {
    while (index < other.length && other[index]!.sortKey < member.sortKey) {
      merged.push(other[index++]!);
      if (pace.isDue()) yield;
    }
    merged.push(member);
    if (pace.isDue()) yield;
  }
  return merged.concat(other.slice(index));
}
