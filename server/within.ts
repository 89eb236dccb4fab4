/**
 * Bounded waiting.
 *
 * @module
 */

/** Settles with the promise, or resolves after `ms` milliseconds. */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([promise, over.promise]).finally(() => clearTimeout(timer));
}
