/**
 * Many limits of time with one timer. A timer of the runtime for each statement or body would cost more than the rest
 * of its bookkeeping, although nearly all are cancelled long before they are due.
 *
 * @module
 */
import { clearTimeout, setTimeout } from "node:timers";
import { TransientMap } from "./transient_map.ts";

/** How much later than it is due an alarm may go off. */
const TICK_MS = 20;

/** What is to happen once a time has come. */
export interface Alarm {
  ring(): void;
}

export class Alarms {
  /** What is to be called, by the tick that is not before it is due. */
  readonly #pending = new TransientMap<number, Set<Alarm>>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #timerTick = Infinity;

  /**
   * Rings once the time has come, if it is not cancelled before.
   *
   * @param at in the time of `performance.now()`
   */
  set(at: number, alarm: Alarm): void {
    const tick = tickOf(at);
    let sameTick = this.#pending.get(tick);
    if (sameTick === undefined) {
      if (this.#pending.size === 0) this.#timer?.ref();
      this.#pending.set(tick, sameTick = new Set());
    }
    sameTick.add(alarm);
    if (tick < this.#timerTick) this.#startTimer(tick);
  }

  /** @param at as it was set */
  cancel(at: number, alarm: Alarm): void {
    const tick = tickOf(at);
    const sameTick = this.#pending.get(tick);
    if (sameTick === undefined) return;
    sameTick.delete(alarm);
    if (sameTick.size > 0) return;
    this.#pending.delete(tick);
    // The timer stays, for the next statement, but keeps no process alive.
    if (this.#pending.size === 0) this.#timer?.unref();
  }

  /**
   * Calls back when this many milliseconds have passed.
   *
   * @returns what makes it not do so
   */
  after(ms: number, callback: () => void): () => void {
    const at = performance.now() + ms;
    const alarm = { ring: callback };
    this.set(at, alarm);
    return () => this.cancel(at, alarm);
  }

  #startTimer(tick: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerTick = tick;
    const delayMs = Math.max(1, tick * TICK_MS - performance.now());
    this.#timer = setTimeout(() => this.#ring(), delayMs);
  }

  #ring(): void {
    this.#timer = null;
    this.#timerTick = Infinity;
    const now = performance.now();
    for (const [tick, alarms] of this.#pending) {
      if (tick * TICK_MS > now) continue;
      this.#pending.delete(tick);
      for (const alarm of alarms) alarm.ring();
    }
    if (this.#pending.size > 0) this.#startTimer(Math.min(...this.#pending.keys()));
  }
}

function tickOf(at: number): number {
  return Math.ceil(at / TICK_MS);
}
