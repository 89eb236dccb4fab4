/**
 * What it took to run one statement: how often it was sent, when it was sent last, and how often a node had to
 * prepare it again first. Also where it went, which is known whether it succeeds, fails or is given up.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Consistency } from "../../../catalog/query.ts";

export class Attempts {
  /** `address:port` of the node that the last attempt was sent to; null if there was none. */
  coordinator: string | null = null;
  /** Null before a session takes the statement. */
  consistency: Consistency | null = null;
  /** As the partitioner hashes it; null if it is not known, or if there are several. */
  partitionKey: Buffer | null = null;
  /** Whether Cassandra is to trace it, and the session that it keeps the trace under; null if it did not. */
  isTraced = false;
  traceSession: string | null = null;
  /** The first failure after which the node may have run the statement all the same; null if there was none. */
  lost: unknown = null;
  #sent = 0;
  #refused = 0;
  #lastSentAt = 0;
  #preparedAgain = 0;

  /** How often the statement went out: more than once where it was sent again, or to two nodes. */
  get sent(): number {
    return this.#sent;
  }

  /** How often a node that had forgotten the statement prepared it again for this run. */
  get preparedAgain(): number {
    return this.#preparedAgain;
  }

  /** @param now in the time of `performance.now()` */
  noteSent(now: number): void {
    this.#sent++;
    this.#lastSentAt = now;
  }

  /** Call it when a node has answered that it has not run the statement. */
  noteRefused(): void {
    this.#refused++;
  }

  /** Whether an attempt went out that no node is known not to have run. */
  get mayHaveRun(): boolean {
    return this.#sent > this.#refused;
  }

  notePreparedAgain(): void {
    this.#preparedAgain++;
  }

  /**
   * Milliseconds since the statement was sent last: with its answer just in, the time that the node and the
   * network took. Zero if it was never sent.
   *
   * @param now in the time of `performance.now()`
   */
  waitedMs(now: number): number {
    return this.#sent === 0 ? 0 : Math.max(0, now - this.#lastSentAt);
  }
}
