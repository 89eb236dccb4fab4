/**
 * How long to wait before the routes are derived once more.
 *
 * @module
 */
import type { BackoffOptions } from "../../db/driver/timing/backoff.ts";

/** The delays that grow while nothing changes. */
export const RETRY: BackoffOptions = { baseMs: 1_000, capMs: 10_000 };

/** For files that cannot be served, while others are. A change of the schema is a reason to try at once. */
export const RETRY_FILES: BackoffOptions = { baseMs: 1_000, capMs: 60_000 };

// Half a second at least between attempts: what stands in the way is for a person to remove.
const MIN_DELAY_MS = 500;
// A cluster that could not be asked may answer the next moment, and is to be served within a second.
const SOON = { minMs: 150, jitterMs: 350 };

/** For each query, so that a node is asked for as many statements a second, however many there are. */
const SPREAD_MS = 10;
const MAX_SPREAD_MS = 5_000;

/** A moment of this replica's own: all of them hear of a change of the schema at once, and have as much to prepare. */
export function momentMs(queryCount: number): number {
  return Math.random() * Math.min(MAX_SPREAD_MS, queryCount * SPREAD_MS);
}

/**
 * @param delayMs of the backoff
 * @param options.isForPeople whether people have to remove what stands in the way
 */
export function pauseMs(
  delayMs: number,
  { isForPeople }: { readonly isForPeople: boolean },
): number {
  return isForPeople ? MIN_DELAY_MS + delayMs : SOON.minMs + delayMs % SOON.jitterMs;
}
