/**
 * A statement that is sent once for all who wait for it. Each of them has a separate deadline, and fails with a
 * separate error.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import type { RawResult } from "../driver/internals/driver_types.ts";
import type { Alarms } from "../../runtime/alarms.ts";
import type { Landings } from "./landings.ts";

/** Sends the statement. It may take until `deadline`, in the time of `performance.now()`. */
export type SendRead = (deadline: number) => Promise<RawResult>;

/** A read that waits for the answer. */
interface Passenger {
  readonly deadline: number;
  readonly send: SendRead;
  readonly resolve: (result: RawResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface FlightOptions {
  /** Shared by all flights. */
  readonly alarms: Alarms;
  readonly landings: Landings;
}

export class Flight {
  readonly #alarms: Alarms;
  readonly #landings: Landings;
  #passengers: Passenger[] = [];
  /** When the first of them has to leave, and when the last does. */
  #earliest = Infinity;
  #latest = -Infinity;
  #cancelAlarm = () => {};

  constructor({ alarms, landings }: FlightOptions) {
    this.#alarms = alarms;
    this.#landings = landings;
  }

  /** How many wait for it. */
  get size(): number {
    return this.#passengers.length;
  }

  /**
   * Waits for the answer, until the deadline.
   *
   * @param send called if the statement is sent on behalf of this passenger
   * @throws {ServiceError} `timeout` at the deadline, and what `send` throws
   */
  board(deadline: number, send: SendRead): Promise<RawResult> {
    return new Promise((resolve, reject) => {
      this.#passengers.push({ deadline, send, resolve, reject });
      if (deadline > this.#latest) this.#latest = deadline;
      if (deadline < this.#earliest) this.#setAlarm(deadline);
    });
  }

  /**
   * Sends the statement for everyone on board. Nobody may board after that.
   *
   * @returns settles when the answer has come and everyone has left; never rejects. Null if nobody is on board.
   */
  depart(): Promise<void> | null {
    const [first] = this.#passengers;
    if (first === undefined) return null;
    return new Promise((landed) => {
      first.send(this.#latest).then(
        (result) => {
          const shared = this.#passengers.length > 1 ? withTexts(result) : result;
          this.#land(({ resolve }) => resolve(shared), landed);
        },
        (error) =>
          this.#land(({ reject }) => {
            // The caller that answers with it may add to it.
            reject(error instanceof ServiceError ? error.copy() : error);
          }, landed),
      );
    });
  }

  #land(leave: (passenger: Passenger) => void, landed: () => void): void {
    const letGo = (count: number) => {
      const going = this.#passengers.splice(0, count);
      for (const passenger of going) leave(passenger);
      if (this.#passengers.length === 0) {
        this.#cancelAlarm();
        landed();
      }
      return going.length;
    };
    this.#landings.add({ letGo });
  }

  #setAlarm(at: number): void {
    this.#cancelAlarm();
    this.#earliest = at;
    const alarm = { ring: () => this.#leave() };
    this.#alarms.set(at, alarm);
    const cancelAlarm = () => this.#alarms.cancel(at, alarm);
    this.#cancelAlarm = cancelAlarm;
  }

  /** Lets passengers leave whose time is up. */
  #leave(): void {
    const now = performance.now();
    const late = this.#passengers.filter(({ deadline }) => deadline <= now);
    this.#passengers = this.#passengers.filter(({ deadline }) => deadline > now);
    this.#earliest = Infinity;
    for (const { deadline } of this.#passengers) {
      if (deadline < this.#earliest) this.#earliest = deadline;
    }
    if (this.#passengers.length > 0) this.#setAlarm(this.#earliest);
    for (const { reject } of late) reject(tooLate());
  }
}

/** The same answer, whose rows are written once for all who write them in the same way. */
function withTexts(result: RawResult): RawResult {
  return { ...result, rows: { ...result.rows, texts: new Map() } };
}

function tooLate(): ServiceError {
  return new ServiceError("timeout", "Cassandra did not answer in time: retry the request", {
    cause: new Error("The deadline passed while the read shared a statement with others"),
  });
}
