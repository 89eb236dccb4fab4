/**
 * Shares the event loop. Work that a request brings along, such as a large body to check, runs in time
 * slices; between two of them whatever else is due is served. A slice is for one caller after the other. So no
 * request holds up the others for longer than a slice, and a caller with many large requests delays itself.
 *
 * Work of a single step, which is nearly all of it, runs at once and pays nothing. So does the beginning of
 * other work, unless a slice ran a moment ago.
 *
 * @module
 */
import { nextTurn } from "../../runtime/next_turn.ts";
import { TransientMap } from "../../runtime/transient_map.ts";
import type { Steps } from "../../runtime/steps.ts";

/** Long enough that the pauses between slices cost little, short enough that nobody notices one. */
const SLICE_MS = 10;

/** Work that has begun. */
interface Task {
  /** Runs until the slice ends. @returns whether the work has ended */
  runUntil(endsAt: number): boolean;
}

export class TimeSlices {
  // Callers with work that waits, whose turn is next first, and the work of each in its order. What bounds
  // it is the number of slots for requests.
  readonly #waiting = new TransientMap<string, Task[]>();
  #isScheduled = false;
  /** When a slice last ended, in the time of `performance.now()`. */
  #lastEndedAt = -Infinity;

  /**
   * Runs the work of a caller to its end. Returns its result where it takes a single step.
   *
   * @throws or rejects with what the work throws
   */
  run<Result>(caller: string, steps: Steps<Result>): Result | Promise<Result> {
    const first = steps.next();
    if (first.done) return first.value;
    return new Promise((resolve, reject) => {
      const task = taskOf(steps, { resolve, reject });
      // Somebody who comes alone need not wait for a turn.
      const isIdle = this.#waiting.size === 0 &&
        performance.now() - this.#lastEndedAt > SLICE_MS;
      if (!isIdle || !this.#runSlice(() => task.runUntil(performance.now() + SLICE_MS))) {
        this.#add(caller, task);
      }
    });
  }

  #runSlice<T>(work: () => T): T {
    try {
      return work();
    } finally {
      this.#lastEndedAt = performance.now();
    }
  }

  #add(caller: string, task: Task): void {
    const own = this.#waiting.get(caller);
    if (own === undefined) this.#waiting.set(caller, [task]);
    else own.push(task);
    this.#schedule();
  }

  /** One slice in each turn of the event loop. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    nextTurn(() => {
      this.#isScheduled = false;
      this.#runSlice(() => this.#runWaiting());
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  /** Work that ends early leaves the rest of the slice to the next caller. */
  #runWaiting(): void {
    const endsAt = performance.now() + SLICE_MS;
    do {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const [caller, tasks] = next;
      this.#waiting.delete(caller);
      if (tasks[0]!.runUntil(endsAt)) tasks.shift();
      if (tasks.length > 0) this.#waiting.set(caller, tasks);
    } while (performance.now() < endsAt);
  }
}

function taskOf<Result>(
  steps: Steps<Result>,
  { resolve, reject }: {
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  },
): Task {
  return {
    runUntil(endsAt) {
      try {
        do {
          const step = steps.next();
          if (step.done) {
            resolve(step.value);
            return true;
          }
        } while (performance.now() < endsAt);
        return false;
      } catch (error) {
        reject(error);
        return true;
      }
    },
  };
}
