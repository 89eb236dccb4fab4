/**
 * Requests that hand-written routes hold until the test releases them.
 *
 * @module
 */

/** Releases each held request. */
export const held: (() => void)[] = [];

/** Resolves when the test releases the request. */
export function holdRequest(): Promise<void> {
  return new Promise((resolve) => held.push(resolve));
}
