/**
 * Which vectors an index takes, whether they are written or searched for. Cassandra 5.0 notices late: it fails the
 * write of the row and of others after it, or a search that never ends.
 *
 * @module
 */
import type { Similarity } from "./table.ts";

/** With larger numbers, distances are no longer finite. */
const LARGEST = Math.fround(1e17);

/** What an index expects instead of these numbers; null if it accepts them. */
export function indexExpectation(
  numbers: readonly number[],
  similarity: Similarity,
): string | null {
  let isZero = true;
  let isLarge = false;
  for (const number of numbers) {
    const stored = Math.fround(number);
    if (!Number.isFinite(stored)) return "only finite numbers, as the column is indexed";
    if (stored !== 0) isZero = false;
    if (Math.abs(stored) > LARGEST) isLarge = true;
  }
  if (isLarge) return "only numbers from -1e17 to 1e17, as the column is indexed";
  return similarity === "COSINE" && isZero
    ? "a number other than zero, as the index compares directions"
    : null;
}
