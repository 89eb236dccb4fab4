/**
 * Floods of refusals. The first of a kind is an event of its own; those that follow are counted, and each
 * interval ends with one event for all of them. Memory and lines are bounded, however many addresses there
 * are. Callers with a valid token are counted by route too, and apart from others: nobody without a token can
 * hide what they tried.
 *
 * @module
 */
import type { EventBody, RefusalFacts } from "./event.ts";

export interface RefusalCounterOptions {
  /** Takes what was counted, at the end of an interval. */
  readonly emit: (event: Extract<EventBody, { event: "refusals" }>) => void;
  /** Default: a minute. */
  readonly intervalMs?: number;
  /** Of callers with a valid token, and again of others. Default: 10,000. */
  readonly maxKinds?: number;
}

const INTERVAL_MS = 60_000;
const MAX_KINDS = 10_000;

/** Refusals that are alike. */
interface Counted {
  readonly facts: Pick<RefusalFacts, "subject" | "issuer" | "status" | "code"> & {
    /** Null for the addresses that are counted together, as there are too many. */
    readonly address: string | null;
    /** Null likewise, and for callers without a valid token. */
    readonly method: string | null;
    readonly route: string | null;
  };
  since: string;
  count: number;
}

export class RefusalCounter {
  readonly #emit: RefusalCounterOptions["emit"];
  readonly #intervalMs: number;
  readonly #maxKinds: number;
  /** Of callers with a valid token, and of others. */
  readonly #known = new Map<string, Counted>();
  readonly #unknown = new Map<string, Counted>();
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
  isFirst({ subject, issuer, address, status, code, ...request }: RefusalFacts): boolean {
    const isKnown = subject !== null;
    const counted = isKnown ? this.#known : this.#unknown;
    const { method, route } = isKnown ? request : { method: null, route: null };
    const facts = { subject, issuer, address, method, route, status, code };
    const key = JSON.stringify(Object.values(facts));
    const former = counted.get(key);
    if (former !== undefined) {
      former.count++;
      return false;
    }
    this.#timer ??= setTimeout(() => this.#endInterval(), this.#intervalMs);
    const since = new Date().toISOString();
    if (counted.size < this.#maxKinds) {
      counted.set(key, { facts, since, count: 0 });
      return true;
    }
    const nobody = { subject: null, issuer: null, address: null, method: null, route: null };
    const others = { ...nobody, status, code };
    const otherKey = JSON.stringify(Object.values(others));
    const rest = counted.get(otherKey) ?? { facts: others, since, count: 0 };
    rest.count++;
    counted.set(otherKey, rest);
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
    for (const counted of [this.#known, this.#unknown]) {
      for (const [key, kind] of counted) {
        const { facts, count, since } = kind;
        if (count === 0) {
          counted.delete(key);
          continue;
        }
        this.#emit({ event: "refusals", ...facts, count, since });
        kind.count = 0;
        kind.since = now;
      }
    }
    if (this.#known.size + this.#unknown.size > 0) {
      this.#timer = setTimeout(() => this.#endInterval(), this.#intervalMs);
    }
  }
}
