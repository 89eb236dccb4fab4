/**
 * Runs a few pieces of work at a time, first come, first served. Each of them takes a slot, also while it
 * waits, so that the queue is bounded.
 *
 * @module
 */
import type { Slots } from "./slots.ts";
import { type TurnQueue, Turns } from "./turns.ts";

export interface BoundedTurnsOptions {
  readonly slots: Slots;
  /** How many run at the same time. */
  readonly atOnce: number;
}

export class BoundedTurns {
  readonly #slots: Slots;
  readonly #turns: Turns;

  constructor({ slots, atOnce }: BoundedTurnsOptions) {
    this.#slots = slots;
    this.#turns = new Turns({ atOnce, queue: firstComeFirstServed() });
  }

  /**
   * Runs the work when its turn comes.
   *
   * @throws {ServiceError} as {@link Slots.take} does if the queue is full
   */
  async run<Result>(caller: string, work: () => Promise<Result>): Promise<Result> {
    const leave = this.#slots.take(caller);
    try {
      return await this.#turns.run(caller, work);
    } finally {
      leave();
    }
  }
}

function firstComeFirstServed(): TurnQueue {
  const waiting: (() => void)[] = [];
  return {
    push: (_caller, begin) => void waiting.push(begin),
    shift: () => waiting.shift(),
    remove(_caller, begin) {
      const index = waiting.indexOf(begin);
      if (index >= 0) waiting.splice(index, 1);
      return index >= 0;
    },
  };
}
