/**
 * The ring of tokens, divided in ranges of equal length. `Murmur3Partitioner` gives every key a token from
 * -2^63 + 1 to 2^63 - 1; -2^63 is the token before all of them, which no key has. A range has its end and
 * not its start, so that each token is in exactly one range.
 *
 * @module
 */

const TOKENS = 2n ** 64n;
const FIRST = -(2n ** 63n);
const LAST = 2n ** 63n - 1n;

/** The tokens between which a range lies: `from` excluded, `to` included. */
export interface TokenRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** The range with an index, from 0, of as many as `ranges`. */
export function tokenRange(index: number, ranges: number): TokenRange {
  const startOf = (at: number) => FIRST + TOKENS * BigInt(at) / BigInt(ranges);
  return { from: startOf(index), to: index === ranges - 1 ? LAST : startOf(index + 1) };
}
