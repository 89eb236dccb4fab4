/**
 * How many writes may be in flight at once, in slots; a write takes one or more. The limit doubles with
 * each round until Cassandra is overloaded for the first time; after that it halves whenever Cassandra is
 * overloaded, and grows by one with each round otherwise. The caller waits for slots before each write.
 *
 * Source: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance"
 * (1989), and slow start, as TCP has both in RFC 5681.
 *
 * @module
 */

export interface AdaptiveLimitOptions {
  /** Default: 32. */
  readonly start?: number;
  /** Default: 256. One connection of the driver carries 2048. */
  readonly max?: number;
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

  /** The number of slots. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Changes with each decrease: tells `backOff` which writes began before it. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Takes slots if they are free. While nothing is in flight, every number of slots is free. */
  tryTake(slots = 1): boolean {
    if (this.#inFlight > 0 && this.#inFlight + slots > this.limit) return false;
    this.#inFlight += slots;
    return true;
  }

  /** Resolves when slots are given back. For one waiter at a time. */
  freed(): Promise<void> {
    return new Promise((resolve) => this.#waiting = resolve);
  }

  /** Gives slots back. */
  release(slots = 1): void {
    this.#inFlight -= slots;
    this.#waiting?.();
    this.#waiting = null;
  }

  /** Notes a write that went well, before its slots are given back. */
  grow(slots = 1): void {
    // A limit that is far from being reached does not show what Cassandra can do (RFC 7661).
    if (this.#inFlight < this.limit / 2) return;
    const step = this.#epoch === 0 ? slots : slots / this.#limit;
    this.#limit = Math.min(this.#max, this.#limit + step);
  }

  /**
   * Halves the limit, since Cassandra could not keep up.
   *
   * @param epoch the epoch in which the write that failed began: writes that were in flight together fail
   * together, and count once
   */
  backOff(epoch: number): void {
    if (epoch !== this.#epoch) return;
    this.#epoch++;
    this.#limit = Math.max(1, this.#limit / 2);
  }
}
