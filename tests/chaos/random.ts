/**
 * Numbers that look random and follow from a seed, so that a run can be repeated.
 *
 * Source: mulberry32 by Tommy Ettinger, in the public domain.
 *
 * @module
 */

export interface Random {
  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** The items in another order. */
  shuffle<T>(items: readonly T[]): T[];
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function below(end: number): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * end);
  }
  return {
    below,
    pick: (items) => items[below(items.length)]!,
    shuffle(items) {
      const shuffled = [...items];
      for (let end = shuffled.length; end > 1; end--) {
        const from = below(end);
        [shuffled[from], shuffled[end - 1]] = [shuffled[end - 1]!, shuffled[from]!];
      }
      return shuffled;
    },
  };
}
