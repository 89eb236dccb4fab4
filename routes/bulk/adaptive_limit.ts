/**
 * How many writes may be under way at once: additive increase while all goes well, multiplicative
 * decrease when Cassandra has too much to do. The caller waits for a place before each.
 *
 * Source: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance"
 * (1989), as TCP has it in RFC 5681.
 *
 * @module
 */

export interface AdaptiveLimitOptions {
  /** Default: 32. */
  readonly start?: number;
  /** Default: 256. One connection of the driver carries 2048. */
  readonly max?: number;
}

/** A place that a write has taken. */
export interface Place {
  /** Which state of the limit it was taken under. */
  readonly epoch: number;
}

export class AdaptiveLimit {
  readonly #max: number;
  #limit: number;
  #inFlight = 0;
  #epoch = 0;
  #waiting: (() => void) | null = null;

  constructor({ start = 32, max = 256 }: AdaptiveLimitOptions = {}) {
    if (!(start >= 1 && start <= max)) {
      throw new TypeError(`Cannot limit writes: "start" is ${start}, "max" is ${max}`);
    }
    this.#limit = start;
    this.#max = max;
  }

  /** Writes that may be under way at once. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Takes a place where one is free, without waiting. */
  tryTake(): Place | null {
    if (this.#inFlight >= this.limit) return null;
    this.#inFlight++;
    return { epoch: this.#epoch };
  }

  /** Resolves when a place may be free. For one waiter at a time. */
  freed(): Promise<void> {
    if (this.#inFlight < this.limit) return Promise.resolve();
    return new Promise((resolve) => this.#waiting = resolve);
  }

  /** Gives a place back. */
  release(): void {
    // Grows by one for each round of as many writes as it allows, and only where it is the bound.
    if (this.#inFlight >= this.limit) {
      this.#limit = Math.min(this.#max, this.#limit + 1 / this.#limit);
    }
    this.#inFlight--;
    this.#wake();
  }

  /** Takes note that Cassandra could not keep up with the write in this place, which is kept. */
  backOff({ epoch }: Place): void {
    // What was under way together fails together: it halves the limit once.
    if (epoch !== this.#epoch) return;
    this.#epoch++;
    this.#limit = Math.max(1, this.#limit / 2);
  }

  #wake(): void {
    if (this.#inFlight >= this.limit) return;
    this.#waiting?.();
    this.#waiting = null;
  }
}
