/**
 * Lets requests in: as many at once as the limit allows, the others after a wait in a fair queue, or not at
 * all. A queue is there for bursts, as when thousands of callers hear of something at the same moment. One that never
 * empties only makes every request slower, so it becomes short: half as long as the limit, which adds half of the time
 * that a request takes. What finds no place in it is refused at once, while there is still time to try elsewhere.
 *
 * Source: CoDel (RFC 8289), as Facebook applies it to servers ("Fail at Scale", Maurer, 2015).
 *
 * @module
 */
import type { ServingPlace } from "../../observe/stopwatch.ts";
import { CallerLeft } from "../../errors/caller_left.ts";
import type { ServiceError } from "../../errors/service_error.ts";
import { FairQueue } from "./fair_queue.ts";
import { type Leave, type Places, TOO_BUSY } from "./places.ts";
import type { Waiting } from "./until_left.ts";

export interface AdmissionOptions {
  /** Bounds what is served and what waits together, and how much of it one caller has. */
  readonly places: Places;
  /** How many are served at once; asked each time. */
  readonly limit: () => number;
  /** The longest wait, in milliseconds. The request has that much less time afterwards. */
  readonly maxWaitMs: number;
}

/** The place of a request that was let in. */
export interface Admitted extends ServingPlace {
  /** Gives it back for good. Further calls do nothing. */
  leave(): void;
}

interface Waiter {
  readonly since: number;
  readonly admit: () => void;
  readonly refuse: (reason: ServiceError) => void;
}

/** A queue that has not been empty for this long is standing. Until then it is a burst, and may be long. */
const STANDING_AFTER_MS = 500;
/** So long after a refusal a queue still counts as standing: under overload it is empty for moments. */
const CALM_AFTER_MS = 1_000;
/** How long a standing queue is, in parts of the limit: enough that no place is free while requests come. */
const STANDING_SHARE = 0.5;
const TICK_MS = 5;

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #queue = new FairQueue<Waiter>();
  #served = 0;
  /** When the queue was last empty, in the time of `performance.now()`. */
  #emptyAt = 0;
  /** When a request was last refused for its wait, likewise. */
  #refusedAt = -Infinity;
  /** When it was last looked for requests that have waited too long, likewise. */
  #expiredAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #change: Change = (change) => {
    this.#served += change;
    if (change < 0) this.#admit();
  };

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
   * @throws {ServiceError} `too_busy` or `too_many_in_flight`
   * @throws {CallerLeft} if the caller leaves while it waits
   */
  enter(caller: string, request: Waiting): Admitted | Promise<Admitted> {
    const leavePlace = this.#options.places.take(caller);
    if (this.#queue.size > 0 || this.#served >= this.#options.limit()) {
      if (!this.#isFullFor(caller)) return this.#enterLater(caller, request, leavePlace);
      leavePlace();
      throw this.#refusal();
    }
    this.#served++;
    return this.#admitted(leavePlace);
  }

  async #enterLater(
    caller: string,
    { signal }: Waiting,
    leavePlace: Leave,
  ): Promise<Admitted> {
    const waiting = Promise.withResolvers<void>();
    const waiter = {
      since: performance.now(),
      admit: waiting.resolve,
      refuse: waiting.reject,
    };
    // Once it has its place, it gives it back when it has been served.
    const giveUp = () => {
      if (this.#queue.remove(caller, waiter)) waiting.reject(new CallerLeft());
    };
    this.#push(caller, waiter);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    try {
      await waiting.promise;
    } catch (reason) {
      leavePlace();
      throw reason;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
    return this.#admitted(leavePlace);
  }

  #admitted(leavePlace: Leave): Admitted {
    return new AdmittedPlace(leavePlace, this.#change);
  }

  #push(caller: string, waiter: Waiter): void {
    if (this.#queue.size === 0) this.#emptyAt = waiter.since;
    this.#queue.push(caller, waiter);
    this.#timer ??= setTimeout(() => this.#tick(), TICK_MS);
  }

  /** Lets in as many as there are places for. */
  #admit(): void {
    if (this.#queue.size === 0) return;
    while (this.#queue.size > 0 && this.#served < this.#options.limit()) {
      this.#served++;
      this.#queue.shift()!.admit();
    }
    // Afterwards: while the process is busy, all of them are late.
    if (this.#queue.size > 0) this.#expire();
  }

  /** Whether a standing queue has as many requests of a caller as its share of it. */
  #isFullFor(caller: string): boolean {
    const { size, callers } = this.#queue;
    const max = Math.max(1, this.#options.limit() * STANDING_SHARE);
    if (size < max || !this.#isStanding(performance.now())) return false;
    return this.#queue.sizeOf(caller) >= max / callers;
  }

  #refusal(): ServiceError {
    this.#refusedAt = performance.now();
    return TOO_BUSY;
  }

  #isStanding(now: number): boolean {
    return now - this.#emptyAt > STANDING_AFTER_MS || now - this.#refusedAt < CALM_AFTER_MS;
  }

  #tick(): void {
    this.#timer = null;
    // The limit may have grown, too.
    this.#admit();
    if (this.#queue.size > 0) this.#timer = setTimeout(() => this.#tick(), TICK_MS);
  }

  /** Looks at every caller, so not each time that a request leaves. */
  #expire(): void {
    const now = performance.now();
    if (now - this.#expiredAt < TICK_MS) return;
    this.#expiredAt = now;
    const since = now - this.#options.maxWaitMs;
    for (const { refuse } of this.#queue.removeWhile((waiter) => waiter.since < since)) {
      refuse(this.#refusal());
    }
  }
}

/** What changes the number of requests that are served. */
type Change = (change: 1 | -1) => void;

class AdmittedPlace implements Admitted {
  readonly #leavePlace: Leave;
  readonly #change: Change;
  #state: "served" | "aside" | "over" = "served";
  hasSteppedAside = false;

  constructor(leavePlace: Leave, change: Change) {
    this.#leavePlace = leavePlace;
    this.#change = change;
  }

  stepAside(): void {
    if (this.#state !== "served") return;
    this.#state = "aside";
    this.hasSteppedAside = true;
    this.#change(-1);
  }

  comeBack(): void {
    if (this.#state !== "aside") return;
    this.#state = "served";
    this.#change(1);
  }

  leave(): void {
    if (this.#state === "over") return;
    const isServed = this.#state === "served";
    this.#state = "over";
    this.#leavePlace();
    if (isServed) this.#change(-1);
  }
}
