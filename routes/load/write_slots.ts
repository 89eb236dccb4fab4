/**
 * Shares the output. What the runtime does with a piece of a body after it is handed over, above all to
 * compress it, takes milliseconds of the one thread. So a few pieces go out in each turn of the event
 * loop, of one caller after the other, and what else is due is served between them.
 *
 * A body that is alone hardly waits: a turn without other work is a tenth of a millisecond.
 *
 * @module
 */
import { nextTurn } from "../../runtime/next_turn.ts";
import { TransientMap } from "../../runtime/transient_map.ts";

/** Pieces in one turn. */
const SLOTS = 2;

export class WriteSlots {
  #left = SLOTS;
  #isScheduled = false;
  // Callers with bodies that wait, whose turn is next first. Each body waits once at a time, so that what
  // bounds it is the number of slots for requests.
  readonly #waiting = new TransientMap<string, (() => void)[]>();

  /** Resolves when the caller may hand over a piece. */
  take(caller: string): Promise<void> {
    this.#schedule();
    if (this.#left > 0) {
      this.#left--;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const own = this.#waiting.get(caller);
      if (own === undefined) this.#waiting.set(caller, [resolve]);
      else own.push(resolve);
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    nextTurn(() => {
      this.#isScheduled = false;
      this.#left = SLOTS;
      while (this.#left > 0 && this.#waiting.size > 0) this.#resolveNext();
      if (this.#left < SLOTS) this.#schedule();
    });
  }

  #resolveNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    const [caller, [resolve, ...others]] = next;
    this.#left--;
    this.#waiting.delete(caller);
    if (others.length > 0) this.#waiting.set(caller, others);
    resolve?.();
  }
}
