/**
 * Sorts in steps, as a merge sort: `toSorted()` of a hundred thousand cannot pause.
 *
 * @module
 */
import type { Pace, Steps } from "../../runtime/steps.ts";

/** Members with what each is sorted by, in the order in which they are added. */
export class SortKeys {
  /** One for each member. */
  readonly keys: string[] = [];
  #isInOrder = true;

  add(key: string): void {
    const { keys } = this;
    if (this.#isInOrder && keys.length > 0 && key < keys.at(-1)!) this.#isInOrder = false;
    keys.push(key);
  }

  /** The indices of the members in the order of their keys; null where that is the order in which they were added. */
  *order(pace: Pace): Steps<readonly number[] | null> {
    return this.#isInOrder ? null : yield* orderOf(this.keys, pace);
  }
}

/** The members in an order that `SortKeys` has given. */
export function inOrder<Member>(
  members: readonly Member[],
  order: readonly number[] | null,
): readonly Member[] {
  return order === null ? members : order.map((index) => members[index]!);
}

const RUN = 64;

/** So few that they take one step are sorted without a pause. */
function* orderOf(keys: readonly string[], pace: Pace): Steps<number[]> {
  const compare = (one: number, other: number) =>
    keys[one]! < keys[other]! ? -1 : keys[one]! > keys[other]! ? 1 : 0;
  let runs: number[][] = [];
  for (let start = 0; start < keys.length; start += RUN) {
    const run: number[] = [];
    for (let index = start; index < Math.min(start + RUN, keys.length); index++) run.push(index);
    runs.push(run.sort(compare));
    if (keys.length > RUN) yield;
  }
  while (runs.length > 1) {
    const merged: number[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(yield* merge([runs[index]!, runs[index + 1] ?? []], keys, pace));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge(
  [one, other]: readonly [number[], number[]],
  keys: readonly string[],
  pace: Pace,
): Steps<number[]> {
  // Long stretches are often in order already.
  if (other.length === 0 || keys[one.at(-1)!]! <= keys[other[0]!]!) return one.concat(other);
  const merged: number[] = [];
  let next = 0;
  for (const member of one) {
    while (next < other.length && keys[other[next]!]! < keys[member]!) {
      merged.push(other[next++]!);
      if (pace.isDue()) yield;
    }
    merged.push(member);
    if (pace.isDue()) yield;
  }
  return merged.concat(other.slice(next));
}
