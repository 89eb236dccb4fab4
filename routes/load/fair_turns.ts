/**
 * Runs a few pieces of work at a time, of one caller after the other. What waits already has a place
 * elsewhere, which bounds the queue.
 *
 * @module
 */
import { FairQueue } from "./fair_queue.ts";

export class FairTurns {
  #free: number;
  readonly #waiting = new FairQueue<() => void>();

  /** @param atOnce how many run at the same time */
  constructor(atOnce: number) {
    if (!(atOnce >= 1)) throw new TypeError(`Cannot take turns: "atOnce" is ${atOnce}`);
    this.#free = atOnce;
  }

  /** Runs the work when its turn comes. */
  async run<Result>(caller: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(caller, resolve));
    try {
      return await work();
    } finally {
      // The next in the queue gets the turn.
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
