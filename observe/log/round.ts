/**
 * Times that people read: in log lines, and in what the operator asks for.
 *
 * @module
 */

/** Milliseconds with two decimals: more of a clock is noise. */
export function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
