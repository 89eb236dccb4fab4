/**
 * Runs a few pieces of work at a time, first come, first served. Each one that waits takes a place, so
 * that the queue is bounded.
 *
 * @module
 */
import type { Places } from "./places.ts";

export interface TurnsOptions {
  readonly places: Places;
  /** How many run at the same time. */
  readonly atOnce: number;
}

export class Turns {
  readonly #places: Places;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor({ places, atOnce }: TurnsOptions) {
    if (!(atOnce >= 1)) throw new TypeError(`Cannot take turns: "atOnce" is ${atOnce}`);
    this.#places = places;
    this.#free = atOnce;
  }

  /**
   * Runs the work when its turn comes.
   *
   * @throws {ServiceError} as {@link Places.take} does if the queue is full
   */
  async run<Result>(caller: string, work: () => Promise<Result>): Promise<Result> {
    const leave = this.#places.take(caller);
    try {
      if (this.#free > 0) this.#free--;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
      try {
        return await work();
      } finally {
        // The next in the queue gets the turn.
        const next = this.#waiting.shift();
        if (next === undefined) this.#free++;
        else next();
      }
    } finally {
      leave();
    }
  }
}
