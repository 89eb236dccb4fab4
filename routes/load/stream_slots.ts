/**
 * Slots for what goes on after its headers are out: streams, uploads, and answers that are too large to hand over at once.
 * They last as long as their callers like, so they have a budget of their own, and point requests never wait for them. Each route
 * and each caller may take a share.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { TransientMap } from "../../runtime/transient_map.ts";
import type { Leave } from "./slots.ts";

export interface StreamSlotsOptions {
  /** How much there is, in slots or in bytes. */
  readonly max: number;
  readonly maxPerRoute: number;
  /** `Infinity` for no limit. */
  readonly maxPerCaller: number;
}

export interface StreamRequest {
  /** The method and template of the route. */
  readonly route: string;
  readonly caller: string;
  /** How much it takes, in slots or in bytes. */
  readonly amount: number;
}

export class StreamSlots {
  readonly #max: number;
  readonly #byRoute: Shares;
  readonly #byCaller: Shares;
  #taken = 0;

  constructor({ max, maxPerRoute, maxPerCaller }: StreamSlotsOptions) {
    for (const [name, value] of Object.entries({ max, maxPerRoute, maxPerCaller })) {
      if (!(value >= 1)) throw new TypeError(`Cannot make slots: "${name}" is ${value}`);
    }
    this.#max = max;
    this.#byRoute = new Shares(maxPerRoute);
    this.#byCaller = new Shares(maxPerCaller);
  }

  /** How much is taken. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Takes a slot. What is larger than a share fits where nothing else has a part of that share.
   *
   * @throws {ServiceError} `too_many_streams` if the route or the process has no slot left,
   * `too_many_in_flight` if the caller has its share
   */
  take({ route, caller, amount }: StreamRequest): Leave {
    const leave = this.takeIfFree({ route, caller, amount });
    if (leave !== null) return leave;
    if (!this.#byCaller.hasRoomFor(caller, amount)) {
      throw new ServiceError(
        "too_many_in_flight",
        "This caller has reached its limit of streams, uploads and large answers: wait until some have ended",
      );
    }
    throw new ServiceError(
      "too_many_streams",
      "Too many streams, uploads or large answers are in progress: retry later, or read page by page with a smaller limit",
    );
  }

  /** The same; null if there is no slot. */
  takeIfFree({ route, caller, amount }: StreamRequest): Leave | null {
    const isFull = this.#taken > 0 && this.#taken + amount > this.#max;
    const hasRoom = !isFull && this.#byCaller.hasRoomFor(caller, amount) &&
      this.#byRoute.hasRoomFor(route, amount);
    if (!hasRoom) return null;
    this.#add({ route, caller, amount });
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#add({ route, caller, amount: -amount });
    };
  }

  #add({ route, caller, amount }: StreamRequest): void {
    this.#taken += amount;
    this.#byRoute.add(route, amount);
    this.#byCaller.add(caller, amount);
  }
}

/** What each of many holders has. Only holders with something are kept. */
class Shares {
  readonly #max: number;
  readonly #taken = new TransientMap<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  hasRoomFor(holder: string, amount: number): boolean {
    const taken = this.#taken.get(holder) ?? 0;
    return taken === 0 || taken + amount <= this.#max;
  }

  add(holder: string, amount: number): void {
    const taken = (this.#taken.get(holder) ?? 0) + amount;
    if (taken === 0) this.#taken.delete(holder);
    else this.#taken.set(holder, taken);
  }
}
