/**
 * Many limits of time with one timer. A timer of the runtime for each statement would cost more than the
 * rest of its bookkeeping, although nearly all are cancelled long before they are due.
 *
 * @module
 */
import { clearTimeout, setTimeout } from "node:timers";

/** How much later than it is due an alarm may go off. */
const TICK_MS = 20;

export class Alarms {
  /** What is to be called, by the tick that is not before it is due. */
  readonly #pending = new Map<number, Set<() => void>>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #timerTick = Infinity;

  /**
   * Calls back once the time has come, if it is not cancelled before.
   *
   * @param at in the time of `performance.now()`
   * @returns cancels it
   */
  set(at: number, callback: () => void): () => void {
    const tick = Math.ceil(at / TICK_MS);
    const sameTick = this.#pending.get(tick) ?? new Set();
    if (sameTick.size === 0) this.#pending.set(tick, sameTick);
    sameTick.add(callback);
    if (tick < this.#timerTick) this.#startTimer(tick);
    else if (this.#pending.size === 1 && sameTick.size === 1) this.#timer?.ref();
    return () => {
      sameTick.delete(callback);
      if (sameTick.size > 0 || this.#pending.get(tick) !== sameTick) return;
      this.#pending.delete(tick);
      // The timer stays, for the next statement, but keeps no process alive.
      if (this.#pending.size === 0) this.#timer?.unref();
    };
  }

  #startTimer(tick: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerTick = tick;
    this.#timer = setTimeout(() => this.#ring(), tick * TICK_MS - performance.now());
  }

  #ring(): void {
    this.#timer = null;
    this.#timerTick = Infinity;
    const now = performance.now();
    for (const [tick, callbacks] of this.#pending) {
      if (tick * TICK_MS > now) continue;
      this.#pending.delete(tick);
      for (const callback of callbacks) callback();
    }
    if (this.#pending.size > 0) this.#startTimer(Math.min(...this.#pending.keys()));
  }
}
