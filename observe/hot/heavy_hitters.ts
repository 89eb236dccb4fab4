/**
 * The keys that weigh most in a stream, in memory of a fixed size: the algorithm Space-Saving. A key that is
 * not tracked takes the place of the lightest, and inherits its weight as an error. So every key with more
 * than a `capacity`-th of the whole weight is tracked, and no weight is too low.
 *
 * Source: Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data
 * Streams (2005), with a heap in place of its list, so that weights may be any.
 *
 * @module
 */
import { TransientMap } from "../../runtime/transient_map.ts";

export interface HeavyHitter {
  readonly key: string;
  /** At most this much; at least this much without the error. */
  readonly weight: number;
  readonly error: number;
  /** How often it came since it was tracked. */
  readonly hits: number;
}

interface Tracked {
  key: string;
  weight: number;
  error: number;
  hits: number;
  /** Its place in the heap. */
  index: number;
}

export class HeavyHitters {
  readonly #capacity: number;
  readonly #byKey = new TransientMap<string, Tracked>();
  /** The lightest is the first; none is lighter than its parent. */
  readonly #heap: Tracked[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Takes as long as the heap is deep, however many keys there are. */
  add(key: string, weight: number): void {
    let tracked = this.#byKey.get(key);
    if (tracked === undefined) tracked = this.#track(key);
    tracked.hits++;
    tracked.weight += weight;
    this.#sink(tracked);
  }

  /** The heaviest, the heaviest first. */
  top(count: number): HeavyHitter[] {
    return this.#heap.toSorted((one, other) => other.weight - one.weight).slice(0, count)
      .map(({ key, weight, error, hits }) => ({ key, weight, error, hits }));
  }

  #track(key: string): Tracked {
    const [lightest] = this.#heap;
    if (lightest !== undefined && this.#heap.length === this.#capacity) {
      this.#byKey.delete(lightest.key);
      this.#byKey.set(key, lightest);
      lightest.key = key;
      lightest.error = lightest.weight;
      lightest.hits = 0;
      return lightest;
    }
    const tracked: Tracked = { key, weight: 0, error: 0, hits: 0, index: this.#heap.length };
    this.#byKey.set(key, tracked);
    this.#heap.push(tracked);
    this.#rise(tracked);
    return tracked;
  }

  #rise(tracked: Tracked): void {
    while (tracked.index > 0) {
      const parent = this.#heap[(tracked.index - 1) >> 1]!;
      if (parent.weight <= tracked.weight) return;
      this.#swap(tracked, parent);
    }
  }

  #sink(tracked: Tracked): void {
    while (true) {
      const left = this.#heap[2 * tracked.index + 1];
      const right = this.#heap[2 * tracked.index + 2];
      if (left === undefined) return;
      const lighter = right !== undefined && right.weight < left.weight ? right : left;
      if (lighter.weight >= tracked.weight) return;
      this.#swap(tracked, lighter);
    }
  }

  #swap(one: Tracked, other: Tracked): void {
    [one.index, other.index] = [other.index, one.index];
    this.#heap[one.index] = one;
    this.#heap[other.index] = other;
  }
}
