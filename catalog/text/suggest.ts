/**
 * "Did you mean …?": the nearest of the words that would have been right.
 *
 * @module
 */

import { quote } from "./quote.ts";

/** A sentence that names the candidate nearest to `word`, or all of them where none is near. */
export function suggest(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates);
  if (near !== null) return `Did you mean ${quote(near)}?`;
  const quoted = candidates.map(quote).join(", ");
  return candidates.length === 1 ? `Use ${quoted}` : `Use one of ${quoted}`;
}

/** The candidate at most a third of `word` away, case and double quotes aside; null if none is. */
export function closest(word: string, candidates: readonly string[]): string | null {
  const wanted = bare(word);
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    // The distance is at least the difference in length, so that a very long word costs nothing.
    if (Math.abs(bare(candidate).length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, bare(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function bare(text: string): string {
  return text.replaceAll('"', "").toLowerCase();
}

/** The optimal string alignment distance: insertions, deletions, substitutions, swapped neighbours. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(
        previous[j]! + 1,
        current[j - 1]! + 1,
        previous[j - 1]! + (same ? 0 : 1),
      );
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforePrevious[j - 2]! + 1);
      }
      current.push(distance);
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length]!;
}
