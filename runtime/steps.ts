/**
 * Work in steps. JavaScript runs one thing at a time, so work whose length a caller can choose has to pause now
 * and then, or everybody else waits until it ends. Such work is a generator: it yields where it may pause, and
 * its caller decides when it continues (`routes/load/time_slices.ts`).
 *
 * @module
 */

/** Work that pauses after each step, some tens of microseconds long, and returns its result. */
export type Steps<Result> = Generator<void, Result, void>;

/** Runs work to its end, with pauses between its steps. Work of a single step has ended when this returns. */
export type RunSteps = <Result>(steps: Steps<Result>) => Result | Promise<Result>;

/** Members of a collection that are handled in one step. */
const MEMBERS_IN_A_STEP = 64;

/** Counts the members that work has handled, however deeply they are nested. */
export class Pace {
  readonly #inAStep: number;
  #left: number;

  /** @param inAStep for members that take more or less than most; default: 64 */
  constructor(inAStep = MEMBERS_IN_A_STEP) {
    this.#inAStep = inAStep;
    this.#left = inAStep;
  }

  /** Whether a step ends before the next member. */
  isDue(): boolean {
    if (--this.#left > 0) return false;
    this.#left = this.#inAStep;
    return true;
  }
}

/** Runs work to its end without a pause, where nobody else waits. */
export const runAtOnce: RunSteps = (steps) => finish(steps);

/** Runs work to its end at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  while (true) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
