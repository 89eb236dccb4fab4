/**
 * Sorts byte strings in steps, as a merge sort: `toSorted()` of a hundred thousand cannot pause.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Pace, Steps } from "../../runtime/steps.ts";

const RUN = 64;

/** The byte strings in the order of their unsigned bytes. */
export function* sortBytes(all: readonly Buffer[], pace: Pace): Steps<Buffer[]> {
  let runs: Buffer[][] = [];
  for (let start = 0; start < all.length; start += RUN) {
    runs.push(all.slice(start, start + RUN).sort(Buffer.compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: Buffer[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(yield* merge(runs[index]!, runs[index + 1] ?? [], pace));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge(one: readonly Buffer[], other: readonly Buffer[], pace: Pace): Steps<Buffer[]> {
  const merged: Buffer[] = [];
  let index = 0;
  for (const bytes of one) {
    while (index < other.length && Buffer.compare(other[index]!, bytes) < 0) {
      merged.push(other[index++]!);
      if (pace.isDue()) yield;
    }
    merged.push(bytes);
    if (pace.isDue()) yield;
  }
  return merged.concat(other.slice(index));
}
