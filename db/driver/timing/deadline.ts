/**
 * One deadline for everything that the driver does for a statement: waiting for a connection, every
 * attempt, preparing again. When it has passed, nothing more is sent, and the caller learns at once
 * whether anything was.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { Alarm, Alarms } from "../../../runtime/alarms.ts";
import { Attempts } from "./attempts.ts";

/** The time was up before there was an answer. */
export class DeadlinePassed extends Error {
  override readonly name = "DeadlinePassed";
  /** Whether the statement went out and was not refused, so that it may still be carried out. */
  readonly wasSent: boolean;

  constructor(options: { readonly wasSent: boolean; readonly cause?: unknown }) {
    const { wasSent, cause } = options;
    const message = wasSent
      ? "No answer came before the deadline"
      : "The deadline passed before a node could run the statement";
    super(message, { cause });
    this.wasSent = wasSent;
  }
}

/** Of one statement; its requests note when they go out. */
export class Deadline {
  /** In the time of `performance.now()`. */
  readonly endsAt: number;
  readonly #alarms: Alarms;
  /** The attempts of the statement so far. */
  readonly attempts: Attempts;

  /** @param alarms the session's */
  constructor(
    endsAt: number,
    alarms: Alarms,
    { attempts = new Attempts() }: { readonly attempts?: Attempts | undefined } = {},
  ) {
    this.endsAt = endsAt;
    this.#alarms = alarms;
    this.attempts = attempts;
  }

  get #wasSent(): boolean {
    return this.attempts.mayHaveRun;
  }

  /** The time left, in milliseconds: at least one, since the driver takes zero for no limit. */
  get leftMs(): number {
    return Math.max(1, Math.ceil(this.endsAt - performance.now()));
  }

  /**
   * Call it when a request is about to go out.
   *
   * @param now in the time of `performance.now()`
   * @throws {DeadlinePassed} if it may not any more
   */
  noteSending(now: number = performance.now()): void {
    if (now >= this.endsAt) throw new DeadlinePassed({ wasSent: this.#wasSent });
    this.attempts.noteSent(now);
  }

  /**
   * The outcome of work, if it comes in time. What the work does after that no longer matters.
   *
   * @throws {DeadlinePassed} if it is not, and what the work throws
   */
  bound<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const alarm = { ring: () => reject(new DeadlinePassed({ wasSent: this.#wasSent })) };
      this.watch(alarm);
      work.then((result) => {
        this.unwatch(alarm);
        resolve(result);
      }, (error) => {
        this.unwatch(alarm);
        reject(this.ownLimit(error));
      });
    });
  }

  /** Rings when the time is up. */
  watch(alarm: Alarm): void {
    this.#alarms.set(this.endsAt, alarm);
  }

  unwatch(alarm: Alarm): void {
    this.#alarms.cancel(this.endsAt, alarm);
  }

  /** The driver has the same limit for an answer, and may be first. */
  ownLimit(error: unknown): unknown {
    return error instanceof cassandra.errors.OperationTimedOutError
      ? new DeadlinePassed({ wasSent: this.#wasSent, cause: error })
      : error;
  }
}
