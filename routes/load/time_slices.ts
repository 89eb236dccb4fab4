/**
 * Shares the event loop. Work that a request brings along, such as a large body to check, runs for a time
 * slice; then whatever else is due is served, then the next caller has a slice, in rotation. So no request
 * holds up the others for longer than a slice, and a caller with many large requests delays itself.
 *
 * Work of a single step, which is nearly all of it, runs at once and pays nothing.
 *
 * @module
 */
import { nextTurn } from "../../codec/next_turn.ts";
import type { Steps } from "../../codec/steps.ts";

/** Long enough that the pauses between slices cost little, short enough that nobody notices one. */
const SLICE_MS = 10;

/** Work that has begun. */
interface Task {
  /** Runs for a time slice. @returns whether it has ended */
  runSlice(): boolean;
}

export class TimeSlices {
  // Callers with work that waits, whose turn is next first, and the work of each in its order. What bounds
  // it is the number of places for requests.
  readonly #waiting = new Map<string, Task[]>();
  #isScheduled = false;

  /** Runs the work of a caller to its end. Rejects with what the work throws. */
  async run<Result>(caller: string, steps: Steps<Result>): Promise<Result> {
    const first = steps.next();
    if (first.done) return first.value;
    return await new Promise((resolve, reject) => {
      this.#add(caller, {
        runSlice() {
          try {
            const endsAt = performance.now() + SLICE_MS;
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
      });
    });
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
      this.#runNext();
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  #runNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    const [caller, tasks] = next;
    this.#waiting.delete(caller);
    if (tasks[0]!.runSlice()) tasks.shift();
    if (tasks.length > 0) this.#waiting.set(caller, tasks);
  }
}
