/**
 * Bounded waiting.
 *
 * @module
 */

/** Settles with the promise, or resolves after `ms` milliseconds, at once if there are none. */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  // The runtime warns of a negative time.
  const timer = setTimeout(over.resolve, Math.max(0, ms));
  await Promise.race([promise, over.promise]).finally(() => clearTimeout(timer));
}
