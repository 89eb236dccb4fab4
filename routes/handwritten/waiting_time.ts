/**
 * How long a request may wait for Cassandra, over all the queries that its handler calls: as long as a request
 * that calls one. Time that the handler spends on other work, or on waiting for something else, does not count.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import type { Stopwatch } from "../../observe/stopwatch.ts";

export class WaitingTime {
  readonly #stopwatch: Stopwatch;
  readonly #allowedMs: number;
  /** The stopwatch's time at which the limit is reached. */
  #endsAtMs: number;

  /** @param stopwatch runs while the request waits for Cassandra */
  constructor(stopwatch: Stopwatch, allowedMs: number) {
    this.#stopwatch = stopwatch;
    this.#allowedMs = allowedMs;
    this.#endsAtMs = allowedMs - (stopwatch.request?.queuedMs ?? 0);
  }

  /**
   * Until when a query that is called now may take, in the time of `performance.now()`.
   *
   * @throws {ServiceError} `timeout` if no time is left, so that nothing is sent
   */
  deadline(): number {
    const leftMs = this.#endsAtMs - this.#stopwatch.ms;
    if (leftMs > 0) return performance.now() + leftMs;
    throw new ServiceError(
      "timeout",
      `The route's queries took more than ${this.#allowedMs} ms together: retry the request`,
    );
  }

  /** Begins again, as each page of a stream has the whole time, and each call that is made while an answer streams. */
  renew(): void {
    this.#endsAtMs = this.#stopwatch.ms + this.#allowedMs;
  }
}
