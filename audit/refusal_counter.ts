/**
 * Floods of refusals. The first of a kind is an event of its own; those that follow are counted, and each
 * interval ends with one event for all of them. Memory and lines are bounded, however many addresses there
 * are. Callers with a valid token are counted by route too, and apart from others: nobody without a token can
 * hide what they tried. Nor can one of them hide what the others tried: each has a share, beyond which its refusals are
 * counted by status and code alone, under its name.
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
/** Of the kinds that are counted apart, how many a caller may have, however few others there are. */
const SHARE = 1 / 4;

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
  /** How many kinds each caller with a valid token has. */
  readonly #kindsOf = new Map<string, number>();
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
    const former = counted.get(keyOf(facts));
    if (former !== undefined) {
      former.count++;
      return false;
    }
    this.#timer ??= setTimeout(() => this.#endInterval(), this.#intervalMs);
    if (!isKnown) return this.#add(counted, facts);
    const holder = holderOf(facts);
    const own = this.#kindsOf.get(holder) ?? 0;
    const share = Math.min(this.#maxKinds * SHARE, this.#maxKinds - counted.size);
    if (own >= share) return this.#add(counted, { ...facts, ...ANYWHERE });
    this.#kindsOf.set(holder, own + 1);
    return this.#add(counted, facts);
  }

  /** Counts a refusal of a kind that may be new, or together with others if there is no room. */
  #add(counted: Map<string, Counted>, facts: Counted["facts"]): boolean {
    const key = keyOf(facts);
    const former = counted.get(key);
    if (former !== undefined) {
      former.count++;
      return false;
    }
    const since = new Date().toISOString();
    if (counted.size < this.#maxKinds) {
      counted.set(key, { facts, since, count: 0 });
      return true;
    }
    const others = { ...facts, subject: null, issuer: null, ...ANYWHERE };
    const otherKey = keyOf(others);
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
          this.#forget(facts);
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

  /** Gives back a place in its caller's share. */
  #forget(facts: Counted["facts"]): void {
    if (facts.subject === null || facts.address === null) return;
    const holder = holderOf(facts);
    const left = (this.#kindsOf.get(holder) ?? 0) - 1;
    if (left > 0) this.#kindsOf.set(holder, left);
    else this.#kindsOf.delete(holder);
  }
}

/** Refusals that are not told apart by where they came from and what they were about. */
const ANYWHERE = { address: null, method: null, route: null };

function keyOf(
  { subject, issuer, address, method, route, status, code }: Counted["facts"],
): string {
  return JSON.stringify([subject, issuer, address, method, route, status, code]);
}

function holderOf({ subject, issuer }: Counted["facts"]): string {
  return JSON.stringify([subject, issuer]);
}
