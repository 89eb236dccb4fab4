/**
 * Exponential backoff with full jitter: each delay is uniform between zero and a bound that doubles
 * up to a cap, so that replicas that lost the cluster together do not return together.
 *
 * Source: Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
 *
 * @module
 */

export interface BackoffOptions {
  /** Bound of the first delay, in milliseconds. */
  readonly baseMs: number;
  /** Bound that later delays do not exceed, in milliseconds. */
  readonly capMs: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** Yields delays in milliseconds without end. */
export function* backoff(options: BackoffOptions): Generator<number, never> {
  const { baseMs, capMs, random = Math.random } = options;
  for (let boundMs = baseMs;; boundMs = Math.min(boundMs * 2, capMs)) {
    yield Math.round(random() * Math.min(boundMs, capMs));
  }
}
