/**
 * Waiting, but not for ever.
 *
 * @module
 */

/** Resolves with the promise, or when `ms` milliseconds are over. */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([promise, over.promise]).finally(() => clearTimeout(timer));
}
