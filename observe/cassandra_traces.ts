/**
 * Which statements of a request Cassandra traces itself, and the sessions under which it keeps the traces.
 * Every traced statement writes dozens of rows to `system_traces`, so their number is limited for each request
 * and each second.
 *
 * @module
 */

/** Of one request: the rest of a long upload or stream is much like its beginning. */
const MAX_PER_REQUEST = 10;
const MAX_PER_SECOND = 10;

/** How many statements the process may still have traced in the current second. */
export class TraceBudget {
  #secondEndsAt = 0;
  #left = 0;

  /** @param now in the time of `performance.now()` */
  take(now: number): boolean {
    if (now >= this.#secondEndsAt) {
      this.#secondEndsAt = now + 1_000;
      this.#left = MAX_PER_SECOND;
    }
    return this.#left > 0 && this.#left-- > 0;
  }
}

/** Of one request. */
export class CassandraTraces {
  readonly #budget: TraceBudget;
  readonly #sessions: string[] = [];
  #left = MAX_PER_REQUEST;

  constructor(budget: TraceBudget) {
    this.#budget = budget;
  }

  /** The ids of the sessions so far. */
  get sessions(): readonly string[] {
    return this.#sessions;
  }

  /** Whether one more statement may be traced. */
  take(): boolean {
    return this.#left > 0 && this.#budget.take(performance.now()) && this.#left-- > 0;
  }

  note(session: string): void {
    this.#sessions.push(session);
  }
}
