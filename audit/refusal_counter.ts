/**
 * Floods of refusals. The first of a kind is an event of its own; those that follow are counted, and each
 * interval ends with one event for all of them. Memory and lines are bounded, however many addresses there
 * are.
 *
 * @module
 */
import type { EventBody, RefusalFacts } from "./event.ts";

export interface RefusalCounterOptions {
  /** Takes what was counted, at the end of an interval. */
  readonly emit: (event: Extract<EventBody, { event: "refusals" }>) => void;
  /** Default: a minute. */
  readonly intervalMs?: number;
  /** Default: 10,000. */
  readonly maxKinds?: number;
}

const INTERVAL_MS = 60_000;
const MAX_KINDS = 10_000;

/** Refusals that are alike. */
interface Counted {
  readonly facts: Pick<RefusalFacts, "subject" | "issuer" | "status" | "code"> & {
    /** Null for the addresses that are counted together, as there are too many. */
    readonly address: string | null;
  };
  since: string;
  count: number;
}

export class RefusalCounter {
  readonly #emit: RefusalCounterOptions["emit"];
  readonly #intervalMs: number;
  readonly #maxKinds: number;
  readonly #counted = new Map<string, Counted>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ emit, intervalMs = INTERVAL_MS, maxKinds = MAX_KINDS }: RefusalCounterOptions) {
    this.#emit = emit;
    this.#intervalMs = intervalMs;
    this.#maxKinds = maxKinds;
  }

  /**
   * Counts a refusal.
   *
   * @returns whether it is the first of its kind, and so gets an event of its own
   */
  isFirst({ subject, issuer, address, status, code }: RefusalFacts): boolean {
    const facts = { subject, issuer, status, code };
    const key = JSON.stringify([issuer, subject, address, status, code]);
    const known = this.#counted.get(key);
    if (known !== undefined) {
      known.count++;
      return false;
    }
    this.#timer ??= setTimeout(() => this.#endInterval(), this.#intervalMs);
    const since = new Date().toISOString();
    if (this.#counted.size < this.#maxKinds) {
      this.#counted.set(key, { facts: { ...facts, address }, since, count: 0 });
      return true;
    }
    const others = { subject: null, issuer: null, address: null, status, code };
    const otherKey = JSON.stringify([null, null, null, status, code]);
    const rest = this.#counted.get(otherKey) ?? { facts: others, since, count: 0 };
    rest.count++;
    this.#counted.set(otherKey, rest);
    return false;
  }

  /** Gives out what has been counted so far. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#endInterval();
    clearTimeout(this.#timer);
  }

  /** A kind that has gone quiet begins again with an event of its own. */
  #endInterval(): void {
    this.#timer = undefined;
    const now = new Date().toISOString();
    for (const [key, kind] of this.#counted) {
      const { facts, count, since } = kind;
      if (count === 0) {
        this.#counted.delete(key);
        continue;
      }
      this.#emit({ event: "refusals", ...facts, count, since });
      kind.count = 0;
      kind.since = now;
    }
    if (this.#counted.size > 0) {
      this.#timer = setTimeout(() => this.#endInterval(), this.#intervalMs);
    }
  }
}
