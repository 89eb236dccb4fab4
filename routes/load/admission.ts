/**
 * Lets requests in: as many at once as the limit allows, the others after a short wait in a fair queue, or not
 * at all. A queue is there for bursts. One that never empties only makes every request slower, so its
 * waits become short, and what could not be served in that time is refused while there is still time to try elsewhere.
 *
 * Source: CoDel (RFC 8289), as Facebook applies it to servers ("Fail at Scale", Maurer, 2015).
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { FairQueue } from "./fair_queue.ts";
import type { Leave, Places } from "./places.ts";

export interface AdmissionOptions {
  /** Bounds what is served and what waits together, and how much of it one caller has. */
  readonly places: Places;
  /** How many are served at once; asked each time. */
  readonly limit: () => number;
}

interface Waiter {
  readonly since: number;
  readonly admit: () => void;
  readonly refuse: (reason: ServiceError) => void;
}

/** The longest wait in a queue that was empty a moment ago, and in one that was not. */
const BURST_WAIT_MS = 500;
const STANDING_WAIT_MS = 20;
/** A queue that has not been empty for so long is standing. */
const STANDING_AFTER_MS = 500;
const TICK_MS = 5;

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #queue = new FairQueue<Waiter>();
  #served = 0;
  /** When the queue was last empty, in the time of `performance.now()`. */
  #emptyAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** How many are being served. */
  get served(): number {
    return this.#served;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /**
   * Waits until a request may be served; not at all if there is room.
   *
   * @returns gives its place back
   * @throws {ServiceError} `too_busy` or `too_many_in_flight`
   */
  enter(caller: string): Leave | Promise<Leave> {
    const leavePlace = this.#options.places.take(caller);
    if (this.#queue.size > 0 || this.#served >= this.#options.limit()) {
      return this.#enterLater(caller, leavePlace);
    }
    this.#served++;
    return this.#leaveOnce(leavePlace);
  }

  async #enterLater(caller: string, leavePlace: Leave): Promise<Leave> {
    try {
      await this.#wait(caller);
    } catch (reason) {
      leavePlace();
      throw reason;
    }
    return this.#leaveOnce(leavePlace);
  }

  #leaveOnce(leavePlace: Leave): Leave {
    let isServed = true;
    return () => {
      if (!isServed) return;
      isServed = false;
      leavePlace();
      this.#served--;
      this.#admit();
    };
  }

  #wait(caller: string): Promise<void> {
    const since = performance.now();
    if (this.#queue.size === 0) this.#emptyAt = since;
    return new Promise((admit, refuse) => {
      this.#queue.push(caller, { since, admit, refuse });
      this.#timer ??= setTimeout(() => this.#tick(), TICK_MS);
    });
  }

  /** Lets in as many as there are places for. */
  #admit(): void {
    if (this.#queue.size === 0) return;
    this.#expire();
    while (this.#queue.size > 0 && this.#served < this.#options.limit()) {
      this.#served++;
      this.#queue.shift()!.admit();
    }
  }

  #tick(): void {
    this.#timer = null;
    // The limit may have grown, too.
    this.#admit();
    if (this.#queue.size > 0) this.#timer = setTimeout(() => this.#tick(), TICK_MS);
  }

  #expire(): void {
    const now = performance.now();
    const isStanding = now - this.#emptyAt > STANDING_AFTER_MS;
    const since = now - (isStanding ? STANDING_WAIT_MS : BURST_WAIT_MS);
    for (const { refuse } of this.#queue.removeWhile((waiter) => waiter.since < since)) {
      refuse(new ServiceError("too_busy", "The service is at capacity: retry later"));
    }
  }
}
