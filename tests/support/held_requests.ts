/**
 * Requests that hand-written routes of a test hold until the test lets go of them.
 *
 * @module
 */

/** What lets go of each request that is held. */
export const held: (() => void)[] = [];

/** Resolves when the test lets go. */
export function holdRequest(): Promise<void> {
  return new Promise((resolve) => held.push(resolve));
}
