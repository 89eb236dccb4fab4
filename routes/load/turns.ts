/**
 * Runs a few pieces of work at a time. What waits is in a queue, which says whose turn is next. It bounds
 * nothing: what waits has a place elsewhere, or takes one (`bounded_turns.ts`).
 *
 * @module
 */

/** Those who wait, such as a `FairQueue`. */
export interface TurnQueue {
  push(caller: string, begin: () => void): void;
  /** Removes the one whose turn it is; undefined if nobody waits. */
  shift(): (() => void) | undefined;
}

export interface TurnsOptions {
  /** How many run at the same time. */
  readonly atOnce: number;
  readonly queue: TurnQueue;
}

export class Turns {
  #free: number;
  readonly #queue: TurnQueue;

  constructor({ atOnce, queue }: TurnsOptions) {
    if (!(atOnce >= 1)) throw new TypeError(`Cannot take turns: "atOnce" is ${atOnce}`);
    this.#free = atOnce;
    this.#queue = queue;
  }

  /** Runs the work when its turn comes. */
  async run<Result>(caller: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#queue.push(caller, resolve));
    try {
      return await work();
    } finally {
      // The next in the queue gets the turn.
      const next = this.#queue.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
