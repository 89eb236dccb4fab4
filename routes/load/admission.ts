/**
 * Lets requests in: as many at once as the limit allows, the others after a wait in a fair queue, or not at
 * all. A queue is there for bursts, as when thousands of callers hear of something at the same moment. One that never
 * empties only makes every request slower, so it becomes short: half as long as the limit, which adds half of the time
 * that a request takes. What finds no slot in it is refused at once, while there is still time to try elsewhere.
 *
 * What one caller has beyond a quarter of the limit takes no room from the others: a caller whose requests last, as when
 * their bodies come in slowly, may fill the limit but not lock anybody out.
 *
 * Source: CoDel (RFC 8289), as Facebook applies it to servers ("Fail at Scale", Maurer, 2015).
 *
 * @module
 */
import type { ServingSlot, TimedRequest } from "../../observe/stopwatch.ts";
import { CallerLeft } from "../../errors/caller_left.ts";
import type { ServiceError } from "../../errors/service_error.ts";
import type { SlotOfCaller } from "../context.ts";
import { FairQueue } from "./fair_queue.ts";
import { type Holder, type Leave, type Slots, TOO_BUSY } from "./slots.ts";
import type { StreamSlots } from "./stream_slots.ts";
import type { Waiting } from "./until_left.ts";

export interface AdmissionOptions {
  /** Bounds what is served and what waits together, and how much of it one caller has. */
  readonly slots: Slots;
  /** How many are served at once; asked each time. */
  readonly limit: () => number;
  /** How many are served at once at most, with those for whom one caller has left no room within the limit. */
  readonly max: number;
  /** Bounds by their bytes the requests that wait for their callers outside their slots. */
  readonly outside: StreamSlots;
  /** The longest wait, in milliseconds. The request has that much less time afterwards. */
  readonly maxWaitMs: number;
}

/** The slot of a request that was let in. */
export interface Admitted extends ServingSlot, SlotOfCaller {
  /** What notes how long the request waits to come back in; null where nobody asks. */
  timed: TimedRequest | null;
  /** Gives it back for good. Further calls do nothing. */
  leave(): void;
}

interface Waiter {
  readonly holder: Holder;
  readonly since: number;
  readonly admit: () => void;
  readonly refuse: (reason: ServiceError) => void;
}

/** A queue that has not been empty for this long is standing. Until then it is a burst, and may be long. */
const STANDING_AFTER_MS = 500;
/** How long after a refusal the queue still counts as standing: under overload it is empty now and then. */
const CALM_AFTER_MS = 1_000;
/** How long a standing queue is, in parts of the limit: enough that no slot is free while requests come. */
const STANDING_SHARE = 0.5;
/** What each caller may have of the limit before more of its requests stop counting for the others. */
const CALLER_SHARE = 0.25;
/** What a request has in memory outside, without its body. */
const REQUEST_BYTES = 4 * 1024;
const TICK_MS = 5;

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #queue = new FairQueue<Waiter>();
  #served = 0;
  /** The limit that the share is of. */
  #limit = 0;
  #share = 1;
  /** How many are served beyond the share of their callers. */
  #excess = 0;
  /** When the queue was last empty, in the time of `performance.now()`. */
  #emptyAt = 0;
  /** When a request was last refused for its wait, likewise. */
  #refusedAt = -Infinity;
  /** When the queue was last searched for requests that have waited too long, likewise. */
  #expiredAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #serving: Serving = {
    begin: (holder) => this.#begin(holder),
    end: (holder) => {
      this.#end(holder);
      this.#admit();
    },
    leave: (holder) => this.#options.slots.release(holder),
    stepOut: ({ caller }, bytes) => {
      const amount = bytes + REQUEST_BYTES;
      return this.#options.outside.takeIfFree({ route: "", caller, amount });
    },
    stepIn: (holder, request) => {
      if (!this.#mustWait(holder)) {
        this.#begin(holder);
        return null;
      }
      return this.#isFullFor(holder.caller)
        ? Promise.reject(this.#refusal())
        : this.#waitForTurn(holder, request);
    },
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
    const { slots } = this.#options;
    const holder = slots.hold(caller);
    if (this.#mustWait(holder)) {
      if (!this.#isFullFor(caller)) return this.#enterLater(holder, request);
      slots.release(holder);
      throw this.#refusal();
    }
    this.#begin(holder);
    return new AdmittedSlot(holder, this.#serving);
  }

  async #enterLater(holder: Holder, request: Waiting): Promise<Admitted> {
    try {
      await this.#waitForTurn(holder, request);
    } catch (reason) {
      this.#options.slots.release(holder);
      throw reason;
    }
    return new AdmittedSlot(holder, this.#serving);
  }

  async #waitForTurn(holder: Holder, { signal }: Waiting): Promise<void> {
    const waiting = Promise.withResolvers<void>();
    const waiter = {
      holder,
      since: performance.now(),
      admit: waiting.resolve,
      refuse: waiting.reject,
    };
    // Once it has its slot, it gives it back when it has been served.
    const giveUp = () => {
      if (this.#queue.remove(holder.caller, waiter)) waiting.reject(new CallerLeft());
    };
    this.#push(holder.caller, waiter);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    try {
      await waiting.promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** Whether a request that has just come has to wait, behind those of its own caller at least. */
  #mustWait(holder: Holder): boolean {
    if (this.#hasRoom()) return this.#queue.size > 0;
    return !this.#hasRoomFor(holder) || this.#queue.sizeOf(holder.caller) > 0;
  }

  #hasRoom(): boolean {
    const limit = this.#options.limit();
    if (limit !== this.#limit) this.#follow(limit);
    return this.#served < limit;
  }

  /** Whether there is room for a caller with less than its share, if others had no more than theirs. */
  #hasRoomFor({ served }: Holder): boolean {
    return served < this.#share && this.#served < this.#options.max &&
      this.#served - this.#excess < this.#limit;
  }

  #begin(holder: Holder): void {
    this.#served++;
    if (++holder.served > this.#share) this.#excess++;
  }

  #end(holder: Holder): void {
    this.#served--;
    if (holder.served-- > this.#share) this.#excess--;
  }

  /** Looks at every caller, so only when the limit has changed. */
  #follow(limit: number): void {
    this.#limit = limit;
    this.#share = Math.max(1, Math.ceil(limit * CALLER_SHARE));
    this.#excess = 0;
    for (const { served } of this.#options.slots.holders()) {
      this.#excess += Math.max(0, served - this.#share);
    }
  }

  #push(caller: string, waiter: Waiter): void {
    if (this.#queue.size === 0) this.#emptyAt = waiter.since;
    this.#queue.push(caller, waiter);
    this.#timer ??= setTimeout(() => this.#tick(), TICK_MS);
  }

  /** Lets in as many as there are slots for. */
  #admit(): void {
    if (this.#queue.size === 0) return;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#begin(next.holder);
      next.admit();
    }
    // Afterwards: while the process is busy, all of them are late.
    if (this.#queue.size > 0) this.#expire();
  }

  /** Takes the next that may be served out of the queue. */
  #next(): Waiter | undefined {
    if (this.#hasRoom()) return this.#queue.shift();
    // Few callers are beyond their share at a time, so few are passed over.
    return this.#excess > 0
      ? this.#queue.shiftWhere(({ holder }) => this.#hasRoomFor(holder))
      : undefined;
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

/** What an admission does for the slots that it has given. */
interface Serving {
  begin(holder: Holder): void;
  end(holder: Holder): void;
  leave(holder: Holder): void;
  stepOut(holder: Holder, bytes: number): Leave | null;
  stepIn(holder: Holder, request: Waiting): Promise<void> | null;
}

class AdmittedSlot implements Admitted {
  readonly #holder: Holder;
  readonly #serving: Serving;
  #state: "served" | "aside" | "outside" | "over" = "served";
  /** Gives back what it has outside. */
  #leaveOutside: Leave | null = null;
  hasSteppedAside = false;
  timed: TimedRequest | null = null;

  constructor(holder: Holder, serving: Serving) {
    this.#holder = holder;
    this.#serving = serving;
  }

  stepAside(): void {
    if (this.#state !== "served") return;
    this.#state = "aside";
    this.hasSteppedAside = true;
    this.#serving.end(this.#holder);
  }

  comeBack(): void {
    if (this.#state !== "aside") return;
    this.#state = "served";
    this.#serving.begin(this.#holder);
  }

  stepOut(bytes: number): void {
    if (this.#state !== "served") return;
    this.#leaveOutside = this.#serving.stepOut(this.#holder, bytes);
    if (this.#leaveOutside === null) return;
    this.#state = "outside";
    this.#serving.end(this.#holder);
  }

  stepIn(request: Waiting): Promise<void> | null {
    if (this.#state !== "outside") return null;
    const entering = this.#serving.stepIn(this.#holder, request);
    if (entering !== null) return this.#comeInAfter(entering);
    this.#comeIn();
    return null;
  }

  async #comeInAfter(entering: Promise<void>): Promise<void> {
    const since = performance.now();
    await entering;
    if (this.timed !== null) this.timed.queuedMs += performance.now() - since;
    this.#comeIn();
  }

  #comeIn(): void {
    this.#leaveOutside?.();
    // The request may be over by now.
    if (this.#state === "outside") this.#state = "served";
    else this.#serving.end(this.#holder);
  }

  leave(): void {
    if (this.#state === "over") return;
    this.#leaveOutside?.();
    const isServed = this.#state === "served";
    this.#state = "over";
    // First, as what is over leaves its caller a slot for what comes next.
    this.#serving.leave(this.#holder);
    if (isServed) this.#serving.end(this.#holder);
  }
}
