/**
 * The audit log of a process: what is done to data, by whom, and who was turned away. It numbers the
 * events, and decides which of them a request waits for.
 *
 * With `warn` no request waits: an event is queued, and lost if the process is killed before it is written
 * or the queue is full. With `refuse` the intent of an operation is safe before it begins, and its outcome
 * before the answer.
 *
 * @module
 */
import { ServiceError } from "../errors/service_error.ts";
import type { Observe } from "../observe/observation.ts";
import {
  CommitFailed,
  CommitQueue,
  type CommitQueueOptions,
  type WriteReport,
} from "./commit_queue.ts";
import {
  AUDIT_SCHEMA,
  type EventBody,
  type OperationFacts,
  type OutcomeFacts,
  type RefusalFacts,
} from "./event.ts";
import { eventLine } from "./event_line.ts";
import { RefusalCounter, type RefusalCounterOptions } from "./refusal_counter.ts";
import type { AuditSink } from "./sink.ts";

export interface AuditLogOptions
  extends
    Pick<CommitQueueOptions, "maxWaitingBytes" | "commitTimeoutMs">,
    Pick<RefusalCounterOptions, "intervalMs"> {
  readonly sink: AuditSink;
  /** What happens to an operation whose event cannot be written. */
  readonly failure: "warn" | "refuse";
  readonly observe: Observe;
}

/** An operation that has begun: it is settled once. */
export interface Operation {
  /**
   * Writes what became of it.
   *
   * @throws {ServiceError} `outcome_not_recorded`
   */
  settle(outcome: OutcomeFacts): Promise<void>;
}

/** How long operations that have begun may take to end, and the last lines to be written. */
const SETTLE_TIMEOUT_MS = 2_000;
const FLUSH_TIMEOUT_MS = 3_000;

export class AuditLog {
  readonly #sink: AuditSink;
  readonly #failure: AuditLogOptions["failure"];
  readonly #observe: Observe;
  readonly #queue: CommitQueue;
  readonly #refusals: RefusalCounter;
  readonly #process = crypto.randomUUID();
  #sequence = 0;
  /** Operations that have begun and whose outcome is not on record yet. */
  #open = 0;
  /** Those of them whose outcome nobody knows yet. */
  #unsettled = 0;
  #onSettled: () => void = () => {};

  constructor({ sink, failure, observe, intervalMs, ...options }: AuditLogOptions) {
    this.#sink = sink;
    this.#failure = failure;
    this.#observe = observe;
    this.#queue = new CommitQueue({
      ...options,
      sink,
      onWrite: (report) => this.#report(report),
      droppedLine: (count) => this.#lineOf({ event: "dropped", count }),
    });
    this.#refusals = new RefusalCounter({
      emit: (event) => this.#offer(event, "light"),
      ...(intervalMs === undefined ? {} : { intervalMs }),
    });
  }

  /** Events that are not written yet. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** Whether an operation begins only once its intent is safe. */
  get waitsForIntents(): boolean {
    return this.#failure === "refuse";
  }

  /**
   * Begins an operation.
   *
   * @throws {ServiceError} `audit_unavailable` if its intent cannot be made safe: it must not be carried out
   */
  async begin(facts: OperationFacts): Promise<Operation> {
    const id = crypto.randomUUID();
    this.#open++;
    this.#unsettled++;
    try {
      if (this.waitsForIntents) await this.#commitIntent(id, facts);
    } catch (error) {
      this.#unsettled--;
      this.#end();
      throw error;
    }
    return {
      settle: (outcome) => {
        this.#unsettled--;
        return this.#settle({ id, ...facts }, outcome).finally(() => this.#end());
      },
    };
  }

  /** Notes that an operation has ended. */
  #end(): void {
    this.#open--;
    this.#onSettled();
  }

  /** Notes a request that was turned away. Never waits. */
  refuse(facts: RefusalFacts, { isCounted }: { readonly isCounted: boolean }): void {
    if (isCounted && !this.#refusals.isFirst(facts)) return;
    this.#offer({ event: "refusal", ...facts }, "light");
  }

  /** Begins a new file where the path no longer names the old one. */
  reopen(): void {
    this.#sink.reopen?.();
  }

  /** Writes everything that is left. Nothing begins after it. */
  async close(): Promise<void> {
    const isOver = performance.now() + SETTLE_TIMEOUT_MS;
    while (this.#open > 0) {
      const leftMs = isOver - performance.now();
      if (leftMs <= 0) break;
      let timer;
      await new Promise<void>((resolve) => {
        this.#onSettled = resolve;
        timer = setTimeout(resolve, leftMs);
      });
      clearTimeout(timer);
    }
    this.#refusals.close();
    await this.#queue.close(FLUSH_TIMEOUT_MS);
    const missing = this.#queue.missing + this.#unsettled;
    if (missing > 0) {
      const events = missing === 1 ? "event: it" : "events: they";
      const message =
        `The audit log is missing ${missing} ${events} could not be written before the end`;
      this.#observe({ kind: "warning", message, cause: undefined });
    }
    await this.#sink.close();
  }

  async #commitIntent(id: string, facts: OperationFacts): Promise<void> {
    const line = this.#lineOf({ event: "intent", id, ...facts });
    try {
      await this.#queue.commit(line, { keeps: false });
    } catch (error) {
      if (!(error instanceof CommitFailed)) throw error;
      // The intent may still be in the file: its outcome says that nothing was done.
      const outcome = { outcome: "refused", code: "audit_unavailable" } as const;
      this.#offer({ event: "outcome", id, ...facts, ...outcome, rows: null, lines: null }, "light");
      throw new ServiceError(
        "audit_unavailable",
        "The audit log cannot be written, so nothing was done: retry later",
        { cause: error },
      );
    }
  }

  async #settle(
    operation: OperationFacts & { readonly id: string },
    { partitions, partitionsComplete, ...outcome }: OutcomeFacts,
  ): Promise<void> {
    const event = {
      event: "outcome" as const,
      ...operation,
      ...outcome,
      ...(partitions === undefined ? {} : { partitions: [...partitions] }),
      ...(partitionsComplete === undefined ? {} : { partitions_complete: partitionsComplete }),
    };
    if (this.#failure === "warn") return this.#offer(event, "full");
    try {
      await this.#queue.commit(this.#lineOf(event), { keeps: true });
    } catch (error) {
      if (!(error instanceof CommitFailed)) throw error;
      throw new ServiceError(
        "outcome_not_recorded",
        "The audit log could not record whether the request succeeded or failed: read before you retry",
        { cause: error },
      );
    }
  }

  #offer(event: EventBody, weight: "light" | "full"): void {
    if (this.#queue.offer(this.#lineOf(event), weight)) return;
    this.#observe({ kind: "audit", written: 0, dropped: 1, failure: undefined });
  }

  #report({ written, failure }: WriteReport): void {
    this.#observe({ kind: "audit", written, dropped: 0, failure });
  }

  #lineOf({ event, ...body }: EventBody): Uint8Array<ArrayBuffer> {
    return eventLine({
      schema: AUDIT_SCHEMA,
      event,
      time: new Date().toISOString(),
      process: this.#process,
      sequence: ++this.#sequence,
      ...body,
    });
  }
}
