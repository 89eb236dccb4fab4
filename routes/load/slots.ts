/**
 * Slots for requests while they are served. There is a bounded number of them, and each caller may take
 * a share. A request without a slot is refused at once: a queue that only grows helps nobody.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { TransientMap } from "../../runtime/transient_map.ts";

export interface SlotsOptions {
  /** How many there are. */
  readonly max: number;
  /** How many one caller may take; `Infinity` for no limit. */
  readonly maxPerCaller: number;
}

/** Says the same to everybody, so there is a single one. */
export const TOO_BUSY = new ServiceError("too_busy", "The service is at capacity: retry later");

/** Gives the slot back. Further calls do nothing. */
export type Leave = () => void;

/** A caller with slots. */
export interface Holder {
  readonly caller: string;
  slots: number;
  /** How many of its slots have been let in; counted where they are let in. */
  served: number;
}

export class Slots {
  readonly #max: number;
  readonly #maxPerCaller: number;
  #taken = 0;
  // Only callers with a slot are in it, so it is never larger than the number of slots.
  readonly #holders = new TransientMap<string, Holder>();

  constructor({ max, maxPerCaller }: SlotsOptions) {
    for (const [name, value] of Object.entries({ max, maxPerCaller })) {
      if (!(value >= 1)) throw new TypeError(`Cannot make slots: "${name}" is ${value}`);
    }
    this.#max = max;
    this.#maxPerCaller = maxPerCaller;
  }

  /**
   * Takes a slot.
   *
   * @throws {ServiceError} `too_busy` if all are taken, `too_many_in_flight` if the caller has its share
   */
  take(caller: string): Leave {
    const holder = this.hold(caller);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.release(holder);
    };
  }

  /**
   * Takes a slot that is given back with `release()`, once.
   *
   * @throws {ServiceError} as `take()` does
   */
  hold(caller: string): Holder {
    if (this.#taken >= this.#max) {
      throw TOO_BUSY;
    }
    const own = this.#holders.get(caller);
    if (own === undefined) {
      this.#taken++;
      const holder = { caller, slots: 1, served: 0 };
      this.#holders.set(caller, holder);
      return holder;
    }
    if (own.slots >= this.#maxPerCaller) {
      throw new ServiceError(
        "too_many_in_flight",
        `This caller has ${own.slots} requests in flight, which is its limit: wait until some are answered`,
      );
    }
    this.#taken++;
    own.slots++;
    return own;
  }

  release(holder: Holder): void {
    this.#taken--;
    if (--holder.slots === 0) this.#holders.delete(holder.caller);
  }

  /** All callers with slots. */
  holders(): Iterable<Holder> {
    return this.#holders.values();
  }
}
