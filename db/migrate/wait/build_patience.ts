/**
 * How long a run of `migrate` may wait for builds, all of them together, so that what starts it can allow for
 * that.
 *
 * @module
 */

/** Large tables take hours; a build that has failed on a node never ends. */
const BUILD_PATIENCE_MS = 3_600_000;

export class BuildPatience {
  #leftMs: number;
  readonly #now: () => number;

  /**
   * @param patienceMs 0 to wait for nothing; default: an hour
   * @param now in milliseconds, from anywhere
   */
  constructor(patienceMs: number = BUILD_PATIENCE_MS, now: () => number = () => performance.now()) {
    this.#leftMs = patienceMs;
    this.#now = now;
  }

  /** Whether there was no time to wait from the start. */
  get isNone(): boolean {
    return this.#leftMs === 0;
  }

  /** Lets somebody wait for the time that is left, in milliseconds: 0 only if there was none from the start. */
  async spend(wait: (leftMs: number) => Promise<void>): Promise<void> {
    const startedAt = this.#now();
    await wait(this.#leftMs);
    // Where it is used up, what is built already is still found.
    if (!this.isNone) this.#leftMs = Math.max(1, this.#leftMs - (this.#now() - startedAt));
  }
}
