/**
 * How many attempts more than one each a number of requests may take: a share of them. A few attempts more do no harm while
 * a few requests fail; when all of them fail, they would double the load of a cluster that has too much already.
 *
 * A token bucket: each request adds a part of a token, each further attempt takes a whole one.
 *
 * @module
 */

export interface AttemptBudgetOptions {
  /** Further attempts for each request, for example 0.1. */
  readonly share: number;
  /** The most that is saved for later. */
  readonly burst: number;
  /** What there is at the start. Default: `burst`. */
  readonly start?: number;
}

export class AttemptBudget {
  readonly #share: number;
  readonly #burst: number;
  #tokens: number;
  #taken = 0;
  #refused = 0;

  constructor({ share, burst, start = burst }: AttemptBudgetOptions) {
    if (!(share > 0 && burst >= 1)) {
      throw new TypeError(`Cannot limit attempts: "share" is ${share}, "burst" is ${burst}`);
    }
    this.#share = share;
    this.#burst = burst;
    this.#tokens = start;
  }

  /** How many further attempts there were since the start, and how many there might not be. */
  get taken(): number {
    return this.#taken;
  }

  get refused(): number {
    return this.#refused;
  }

  noteRequest(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + this.#share);
  }

  /** Takes the cost of a further attempt, if the budget has it. */
  tryTake(): boolean {
    // Ten times a tenth is a little less than one.
    if (this.#tokens < 1 - 1e-9) {
      this.#refused++;
      return false;
    }
    this.#tokens -= 1;
    this.#taken++;
    return true;
  }

  /** For an attempt that could not be made. */
  giveBack(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + 1);
    this.#taken--;
  }
}
