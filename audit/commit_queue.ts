/**
 * Lines on their way to a sink, in order. What comes while a write is under way goes into the next one, so
 * that many requests share one flush to the disk (group commit). Memory is bounded: lines that find no room
 * are dropped and counted, and lines that somebody waits for are as many as requests are in flight.
 *
 * @module
 */
import type { AuditSink } from "./sink.ts";

export interface CommitQueueOptions {
  readonly sink: AuditSink;
  /** Hears of each attempt to write, and again and again of one that takes too long. */
  readonly onWrite: (report: WriteReport) => void;
  /** The line that says how many were dropped, once there is room for it. */
  readonly droppedLine: (count: number) => Uint8Array<ArrayBuffer>;
  /** Default: 8 MiB. */
  readonly maxWaitingBytes?: number;
  /** Longest that a line may take while somebody waits for it. Default: 5 s. */
  readonly commitTimeoutMs?: number;
}

/** What became of one attempt to write. */
export interface WriteReport {
  /** Lines that were written. */
  readonly written: number;
  /** What the sink failed with; undefined if it did not. */
  readonly failure: unknown;
}

/** How much of the queue lines of little weight may fill. */
const LIGHT_SHARE = 0.5;
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
const MAX_WRITE_BYTES = 1024 * 1024;
const COMMIT_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;

/** The audit log cannot be written, or not in time. */
export class CommitFailed extends Error {
  override readonly name = "CommitFailed";
}

interface Entry {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Null if nobody waits for it. */
  readonly commit: Commit | null;
}

interface Commit {
  /** Whether it is written even when nobody waits for it any more. */
  readonly keeps: boolean;
  readonly done: PromiseWithResolvers<void>;
}

export class CommitQueue {
  readonly #options: CommitQueueOptions;
  readonly #maxWaitingBytes: number;
  readonly #commitTimeoutMs: number;
  #entries: Entry[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #isFailing = false;
  #isClosed = false;
  /** Lines of the write under way. */
  #writing = 0;
  /** When the write under way began, in the time of `performance.now()`; null at other times. */
  #writingSince: number | null = null;
  #draining: Promise<void> | null = null;
  /** Ends the pause after a failure early. */
  #retry: () => void = () => {};

  constructor(options: CommitQueueOptions) {
    this.#options = options;
    this.#maxWaitingBytes = options.maxWaitingBytes ?? MAX_WAITING_BYTES;
    this.#commitTimeoutMs = options.commitTimeoutMs ?? COMMIT_TIMEOUT_MS;
  }

  /** Lines that are not written yet: those that wait, and those that a write is under way for. */
  get waiting(): number {
    return this.#entries.length + this.#writing;
  }

  /** Lines that are not written: those that may still be, and those dropped. */
  get missing(): number {
    return this.waiting + this.#dropped;
  }

  /** Whether lines are not getting out: what is committed now would fail. */
  get isStuck(): boolean {
    const isStalled = this.#writingSince !== null &&
      performance.now() - this.#writingSince > this.#commitTimeoutMs;
    return this.#isClosed || isStalled || this.#isFailing && this.#entries.length > 0;
  }

  /**
   * Takes a line that nobody waits for.
   *
   * @param weight `light` lines leave room for the others
   * @returns whether there was room, which a closed queue does not have
   */
  offer(bytes: Uint8Array<ArrayBuffer>, weight: "light" | "full"): boolean {
    const room = this.#maxWaitingBytes * (weight === "light" ? LIGHT_SHARE : 1);
    if (this.#isClosed || this.#waitingBytes + bytes.length > room) {
      this.#dropped++;
      return false;
    }
    this.#add({ bytes, commit: null });
    return true;
  }

  /**
   * Resolves when the line is as safe as the sink makes it.
   *
   * @param keeps whether the line stays in the queue if it cannot be written in time; else it is dropped
   * @throws {CommitFailed}
   */
  async commit(bytes: Uint8Array<ArrayBuffer>, { keeps }: { keeps: boolean }): Promise<void> {
    const isStuck = this.isStuck;
    if (isStuck && !keeps) throw new CommitFailed("Cannot write to the audit log");
    const done = Promise.withResolvers<void>();
    const entry: Entry = { bytes, commit: { keeps, done } };
    this.#add(entry);
    if (isStuck) {
      done.promise.catch(() => {});
      throw new CommitFailed("Cannot write to the audit log");
    }
    const timer = setTimeout(() => {
      if (!keeps) this.#remove(entry);
      done.reject(new CommitFailed("Cannot write to the audit log: it takes too long"));
    }, this.#commitTimeoutMs);
    await done.promise.finally(() => clearTimeout(timer));
  }

  /** Writes what is waiting, for as long as it may take, and nothing after that. */
  async close(timeoutMs: number): Promise<void> {
    await this.flush(timeoutMs);
    this.#isClosed = true;
    this.#retry();
  }

  /** Resolves when nothing is waiting, or after some time. */
  async flush(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.#draining !== null) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return;
      this.#retry();
      let timer;
      const over = new Promise<void>((resolve) => timer = setTimeout(resolve, leftMs));
      await Promise.race([this.#isFailing ? pause(RETRY_MS) : this.#draining, over]);
      clearTimeout(timer);
    }
  }

  #add(entry: Entry): void {
    if (this.#isClosed) {
      this.#dropped++;
      return;
    }
    this.#entries.push(entry);
    this.#waitingBytes += entry.bytes.length;
    this.#draining ??= this.#drain();
  }

  #remove(entry: Entry): void {
    const index = this.#entries.indexOf(entry);
    if (index === -1) return;
    this.#entries.splice(index, 1);
    this.#waitingBytes -= entry.bytes.length;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#entries.length > 0 && !this.#isClosed) {
        // A turn later: what arrives in the same turn shares the write.
        await Promise.resolve();
        const batch = this.#takeBatch();
        if (batch.length === 0) continue;
        const failure = await this.#write(batch);
        if (failure === undefined) {
          for (const { commit } of batch) commit?.done.resolve();
          this.#sayDropped();
        } else {
          this.#giveUp(batch);
        }
        this.#options.onWrite({
          written: failure === undefined ? batch.length : 0,
          failure,
        });
        const isLeft = this.#entries.length > 0 && !this.#isClosed;
        if (failure !== undefined && isLeft) await this.#pause();
      }
    } finally {
      // In the same step as the last look at what waits: a line that comes in between is not left behind.
      this.#draining = null;
    }
  }

  /** Lines from the front, which count as waiting until they are written. */
  #takeBatch(): Entry[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#entries) {
      if (count > 0 && bytes + entry.bytes.length > MAX_WRITE_BYTES) break;
      bytes += entry.bytes.length;
      count++;
    }
    return this.#entries.splice(0, count);
  }

  /** Writes a batch. @returns what went wrong; undefined if nothing did */
  async #write(batch: readonly Entry[]): Promise<unknown> {
    this.#writingSince = performance.now();
    this.#writing = batch.length;
    // A disk or a collector that hangs says nothing, and nobody may be waiting.
    const stall = setInterval(() => this.#reportStall(), this.#commitTimeoutMs);
    try {
      await this.#options.sink.write(joined(batch));
      this.#isFailing = false;
      for (const { bytes } of batch) this.#waitingBytes -= bytes.length;
      return undefined;
    } catch (error) {
      this.#isFailing = true;
      return error ?? new Error("The sink failed without saying why");
    } finally {
      clearInterval(stall);
      this.#writingSince = null;
      this.#writing = 0;
    }
  }

  #reportStall(): void {
    const seconds = Math.round((performance.now() - this.#writingSince!) / 1_000);
    const failure = new CommitFailed(`A write has not ended for ${seconds} s`);
    this.#options.onWrite({ written: 0, failure });
  }

  /** Tells all who wait that it failed, and keeps what has to be written later. */
  #giveUp(batch: readonly Entry[]): void {
    const all = [...batch, ...this.#entries];
    for (const { commit } of all) {
      commit?.done.reject(new CommitFailed("Cannot write to the audit log"));
      commit?.done.promise.catch(() => {});
    }
    this.#entries = all.filter(({ commit }) => commit === null || commit.keeps);
    this.#waitingBytes = this.#entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  #sayDropped(): void {
    if (this.#dropped === 0 || this.#isClosed) return;
    if (this.#waitingBytes > this.#maxWaitingBytes * LIGHT_SHARE) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.#add({ bytes: this.#options.droppedLine(count), commit: null });
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      const retry = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#retry = retry;
    });
    this.#retry = doNothing;
  }
}

function doNothing(): void {}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function joined(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const [first, ...others] = entries;
  if (first !== undefined && others.length === 0) return first.bytes;
  const length = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const { bytes } of entries) {
    whole.set(bytes, offset);
    offset += bytes.length;
  }
  return whole;
}
