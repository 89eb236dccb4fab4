/**
 * Whether a connection is alive, by what comes in. A node that is frozen, or that the network no longer
 * reaches, closes nothing: its connections stay, and requests on them wait for their deadlines. So if answers
 * are due and nothing comes, the node is asked for a heartbeat. If that is not answered either, other nodes are
 * preferred, and in the end the connection is given up. Anything that comes in shows that it is alive, however
 * late. Pure.
 *
 * @module
 */

/** How long nothing may come in before the node is asked. */
const ASK_AFTER_MS = 250;
/** How long after that the others come first, and how long until the connection is given up. */
const DOUBT_AFTER_MS = 500;
const GIVE_UP_AFTER_MS = 1_750;

/** What to do about a connection. */
export type Verdict = "alive" | "ask" | "doubt" | "give up";

export interface ConnectionReading {
  /** Requests without an answer. */
  readonly inFlight: number;
  /** What has come in so far. */
  readonly bytesRead: number;
}

/** Of one connection. */
export class Pulse {
  #bytesRead = -1;
  /** When it was looked at first without anything coming in since; null while nothing is due. */
  #silentSince: number | null = null;
  #askedAt: number | null = null;

  /** @param now in milliseconds */
  look({ inFlight, bytesRead }: ConnectionReading, now: number): Verdict {
    if (inFlight === 0 || bytesRead !== this.#bytesRead) {
      this.reset();
      this.#bytesRead = bytesRead;
      if (inFlight > 0) this.#silentSince = now;
      return "alive";
    }
    this.#silentSince ??= now;
    if (this.#askedAt === null) {
      if (now - this.#silentSince < ASK_AFTER_MS) return "alive";
      this.#askedAt = now;
      return "ask";
    }
    const waitedMs = now - this.#askedAt;
    if (waitedMs >= GIVE_UP_AFTER_MS) return "give up";
    return waitedMs >= DOUBT_AFTER_MS ? "doubt" : "alive";
  }

  /** Begins again, as after a sign of life. */
  reset(): void {
    this.#silentSince = null;
    this.#askedAt = null;
  }
}
