/**
 * The time during which at least one of several overlapping activities runs.
 *
 * @module
 */
import type { CassandraTraces } from "./cassandra_traces.ts";

/** A slot among the requests that are being served. */
export interface ServingSlot {
  /** Lets another request have it, as this one only waits for the statement of another. */
  stepAside(): void;
  /** Takes it again, at once: there is work to do. Without effect for a request that is over or did not step aside. */
  comeBack(): void;
  /** Whether another one had it meanwhile. */
  readonly hasSteppedAside: boolean;
}

/** The request whose time is measured, as far as its statements need to know of it. */
export interface TimedRequest {
  readonly id: string;
  /** What Cassandra is to trace of it; null for nothing. */
  traces: CassandraTraces | null;
  /** How old the oldest rows are that it got from a cache, in milliseconds; null if none may be. */
  ageMs: number | null;
  /**
   * How long it waited until it was let in, and let in again after a slow body, in milliseconds: its statements have that
   * much less time.
   */
  queuedMs: number;
  /** Null as long as it was not let in, and where nothing is counted. */
  slot: ServingSlot | null;
}

export class Stopwatch {
  /** Null if the time is nobody's. */
  readonly request: TimedRequest | null;
  #running = 0;
  #startedAt = 0;
  #totalMs = 0;

  constructor(request: TimedRequest | null = null) {
    this.request = request;
  }

  /** @param now in the time of `performance.now()`, for a caller that has asked for it anyway */
  start(now: number = performance.now()): void {
    if (this.#running++ === 0) this.#startedAt = now;
  }

  /** @param now as for `start()` */
  stop(now: number = performance.now()): void {
    if (--this.#running === 0) this.#totalMs += now - this.#startedAt;
  }

  /** Milliseconds so far, while it runs too; activities that overlap count once. */
  get ms(): number {
    const runningMs = this.#running === 0 ? 0 : performance.now() - this.#startedAt;
    return this.#totalMs + runningMs;
  }
}
