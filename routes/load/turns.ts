/**
 * Runs a few pieces of work at a time. What waits is in a queue, which says whose turn is next. It bounds
 * nothing: what waits has a slot elsewhere, or takes one (`bounded_turns.ts`).
 *
 * @module
 */

import { CallerLeft } from "../../errors/caller_left.ts";
import type { Waiting } from "./until_left.ts";

/** Those who wait, such as a `FairQueue`. */
export interface TurnQueue {
  push(caller: string, begin: () => void): void;
  /** Removes the one whose turn it is; undefined if nobody waits. */
  shift(): (() => void) | undefined;
  /** Removes one who gives up; false if it does not wait. */
  remove(caller: string, begin: () => void): boolean;
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

  /**
   * Runs the work when its turn comes.
   *
   * @param request that the work is for; without it, the work is run even if its caller has left
   * @throws {CallerLeft} if the caller leaves before that
   */
  async run<Result>(
    caller: string,
    work: () => Promise<Result>,
    request?: Waiting,
  ): Promise<Result> {
    if (this.#free > 0) this.#free--;
    else await this.#wait(caller, request);
    try {
      return await work();
    } finally {
      // The next in the queue gets the turn.
      const next = this.#queue.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  async #wait(caller: string, request: Waiting | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#queue.push(caller, resolve);
    if (request === undefined) return await promise;
    const { signal } = request;
    // Once it has its turn, the work passes it on.
    const giveUp = () => {
      if (this.#queue.remove(caller, resolve)) reject(new CallerLeft());
    };
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    await promise.finally(() => signal.removeEventListener("abort", giveUp));
  }
}
