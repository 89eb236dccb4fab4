/**
 * Where identical reads wait: one flight after another leaves from it. It exists while a flight is under way.
 *
 * @module
 */
import { context } from "@opentelemetry/api";
import type { Observe } from "../../observe/observation.ts";
import { collectsSpans } from "../../observe/span_collection.ts";
import type { RawResult } from "../driver/internals/driver_types.ts";
import type { Alarm, Alarms } from "../../runtime/alarms.ts";
import { Flight, type SendRead } from "./flight.ts";
import type { Landings } from "./landings.ts";
import { packedLengthOf, type ReadIdentity } from "./read_identity.ts";
import type { SharedRead } from "./shared_read.ts";
import type { TransientMap } from "../../runtime/transient_map.ts";

/** The longest that a flight waits for the one before it: a node that pauses must not hold up everybody. */
const MAX_WAIT_MS = 50;

/** A request that brought more, in a body, keeps its slot: slots bound the memory that bodies take. */
const MAX_ASIDE_BYTES = 8_192;

/** The gates of one statement, by the hash of their reads. */
export type Gates = TransientMap<number, Gate>;

export interface GateOptions {
  readonly identity: ReadIdentity;
  /** Where it is kept, under its hash. */
  readonly gates: Gates;
  readonly hash: number;
  /** The name of the query. */
  readonly query: string;
  readonly alarms: Alarms;
  readonly landings: Landings;
  readonly observe: Observe;
}

export class Gate implements Alarm {
  readonly #options: GateOptions;
  #underWay = 0;
  #next: Flight | null = null;
  /** Until when the next flight waits. */
  #waitsUntil = 0;
  readonly #isSmall: boolean;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#isSmall = packedLengthOf(options.identity) <= MAX_ASIDE_BYTES;
  }

  get identity(): ReadIdentity {
    return this.#options.identity;
  }

  /** Sends the first read, which has no company yet. */
  open({ deadline, stopwatch, send }: SharedRead): Promise<RawResult> {
    const { gates, hash } = this.#options;
    const result = send(deadline, stopwatch);
    gates.set(hash, this);
    this.#follow(result);
    return result;
  }

  /** Waits for the next flight and its answer. A request that waits here costs little, so it takes nobody's slot. */
  async board({ deadline, stopwatch, send: sendFor }: SharedRead): Promise<RawResult> {
    const slot = this.#isSmall ? stopwatch?.request?.slot : null;
    const send: SendRead = (deadline) => {
      slot?.comeBack();
      return sendFor(deadline, stopwatch);
    };
    // It leaves when another request's answer comes; its span belongs to this one all the same.
    const sendBound = collectsSpans() ? context.bind(context.active(), send) : send;
    stopwatch?.start();
    slot?.stepAside();
    try {
      return await this.#nextFlight().board(deadline, sendBound);
    } finally {
      slot?.comeBack();
      stopwatch?.stop();
    }
  }

  #nextFlight(): Flight {
    if (this.#next !== null) return this.#next;
    const { alarms, landings } = this.#options;
    this.#waitsUntil = performance.now() + MAX_WAIT_MS;
    alarms.set(this.#waitsUntil, this);
    return this.#next = new Flight({ alarms, landings });
  }

  /** The next flight has waited long enough. */
  ring(): void {
    this.#depart();
  }

  /** Sends the next flight if a read waits for it. If none waits and no flight is under way, the gate closes. */
  #depart(): void {
    const { gates, hash, alarms, observe, query } = this.#options;
    const flight = this.#next;
    if (flight !== null) {
      this.#next = null;
      alarms.cancel(this.#waitsUntil, this);
      const { size } = flight;
      const landed = flight.depart();
      if (landed !== null) {
        if (size > 1) observe({ kind: "shared_reads", query, count: size - 1 });
        return this.#follow(landed);
      }
    }
    if (this.#underWay === 0) gates.delete(hash);
  }

  /** Lets the next flight leave when this one has landed. */
  #follow(landed: Promise<unknown>): void {
    this.#underWay++;
    const returned = () => {
      this.#underWay--;
      this.#depart();
    };
    landed.then(returned, returned);
  }
}
