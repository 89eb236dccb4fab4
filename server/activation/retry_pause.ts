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

// Schema changes come in groups. While nodes disagree, the schema seems to change all the time.
const SETTLE_MS = 250;
const CALM_MS = 1_000;

/** For each query, so that a node is asked for as many statements a second, however many there are. */
const SPREAD_MS = 10;
const MAX_SPREAD_MS = 5_000;

/** A moment of this replica's own: all of them hear of a change of the schema at once, and have as much to prepare. */
export function momentMs(queryCount: number): number {
  return Math.random() * Math.min(MAX_SPREAD_MS, queryCount * SPREAD_MS);
}

/**
 * @param delayMs of the backoff
 * @param options.isAboutSchema whether only a change of the schema or the files can help
 */
export function pauseMs(
  delayMs: number,
  { isAboutSchema }: { readonly isAboutSchema: boolean },
): number {
  return isAboutSchema ? MIN_DELAY_MS + delayMs : SOON.minMs + delayMs % SOON.jitterMs;
}

/** The pause before the first attempt after a change of the schema, so that those that come together are one. */
export class Settling {
  #lastAttemptAt = -Infinity;
  /** While changes keep coming. */
  #calmMs = CALM_MS;

  noteAttempt(): void {
    this.#lastAttemptAt = performance.now();
  }

  /** @param options.isAnnounced whether Cassandra said so, or a request found out */
  pauseMs({ isAnnounced }: { readonly isAnnounced: boolean }): number {
    const sinceLastMs = performance.now() - this.#lastAttemptAt;
    const isCalm = sinceLastMs > 2 * this.#calmMs;
    this.#calmMs = isAnnounced || isCalm ? CALM_MS : Math.min(2 * this.#calmMs, RETRY.capMs);
    return sinceLastMs < this.#calmMs ? this.#calmMs : SETTLE_MS;
  }
}
