/**
 * The time during which at least one of several overlapping activities runs.
 *
 * @module
 */

export class Stopwatch {
  #running = 0;
  #startedAt = 0;
  #totalMs = 0;

  start(): void {
    if (this.#running++ === 0) this.#startedAt = performance.now();
  }

  stop(): void {
    if (--this.#running === 0) this.#totalMs += performance.now() - this.#startedAt;
  }

  /** Milliseconds so far, while it runs too; activities that overlap count once. */
  get ms(): number {
    const runningMs = this.#running === 0 ? 0 : performance.now() - this.#startedAt;
    return this.#totalMs + runningMs;
  }
}
