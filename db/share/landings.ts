/**
 * Lets those go whose answer has come: first come, first served, and some in each turn of the event loop. Thousands of
 * answers at once would hold up everybody else.
 *
 * @module
 */
import { nextTurn } from "../../runtime/next_turn.ts";

/** The reads that waited for one answer. */
export interface Landing {
  /**
   * Lets the first of them go.
   *
   * @returns how many went; fewer than `count` if nobody is left
   */
  letGo(count: number): number;
}

/** This many answers take some milliseconds. */
const TOGETHER = 128;

export class Landings {
  readonly #waiting: Landing[] = [];
  #isScheduled = false;

  /** Lets them go, at once if nobody else waits for that. */
  add(landing: Landing): void {
    this.#waiting.push(landing);
    if (!this.#isScheduled) this.#letGo();
  }

  #letGo(): void {
    this.#isScheduled = false;
    let left = TOGETHER;
    while (left > 0) {
      const [landing] = this.#waiting;
      if (landing === undefined) return;
      const gone = landing.letGo(left);
      if (gone < left) this.#waiting.shift();
      left -= gone;
    }
    this.#isScheduled = true;
    nextTurn(() => this.#letGo());
  }
}
