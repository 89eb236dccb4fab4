/**
 * Identities whose tokens were verified a moment ago: checking a signature costs more than everything
 * else that the service does for a request. The cache is bounded in bytes, in entries and in time, as a
 * token may have been revoked since.
 *
 * @module
 */
import { ExactNumber } from "../../codec/json/exact_number.ts";
import { RecencyList, type Recent } from "../../runtime/recency_list.ts";
import type { Identity } from "../context.ts";

const MAX_ENTRIES = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;
// Short compared with the ten minutes for which the issuer's keys are kept.
const DEFAULT_MAX_AGE_MS = 60_000;

interface Entry extends Recent<Entry> {
  readonly token: string;
  readonly identity: Identity;
  /** In milliseconds since 1970, as `usedAt`. */
  readonly until: number;
  /** When it was verified, or asked for last. */
  usedAt: number;
  readonly bytes: number;
}

export class IdentityCache {
  readonly #entries = new Map<string, Entry>();
  readonly #recency = new RecencyList<Entry>();
  readonly #maxAgeMs: number;
  #bytes = 0;

  /** @param options.maxAgeMs how long an identity is kept at most; a minute by default */
  constructor({ maxAgeMs = DEFAULT_MAX_AGE_MS }: { readonly maxAgeMs?: number } = {}) {
    this.#maxAgeMs = maxAgeMs;
  }

  /**
   * The identity of a token, unless it has expired or is unknown. One that was used later than now is not
   * taken: the clock was set back, and its age cannot be told.
   *
   * @param now in milliseconds since 1970
   */
  get(token: string, now: number): Identity | null {
    const entry = this.#entries.get(token);
    if (entry === undefined) return null;
    if (now >= entry.until || now < entry.usedAt) {
      this.#delete(entry);
      return null;
    }
    entry.usedAt = now;
    this.#recency.use(entry);
    return entry.identity;
  }

  /** How many identities it keeps, and the bytes that they take. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#entries.size, bytes: this.#bytes };
  }

  /** Keeps the identity of a token that was verified at `now`. */
  set(token: string, identity: Identity, now: number): void {
    const former = this.#entries.get(token);
    if (former !== undefined) this.#delete(former);
    const until = Math.min(identity.expiresAt, now + this.#maxAgeMs);
    const bytes = weigh([token, identity.claims, ...identity.scopes]);
    const entry: Entry = {
      token,
      identity,
      until,
      usedAt: now,
      bytes,
      newer: null,
      older: null,
    };
    this.#entries.set(token, entry);
    this.#recency.add(entry);
    this.#bytes += bytes;
    while (this.#entries.size > MAX_ENTRIES || this.#bytes > MAX_BYTES) {
      this.#delete(this.#recency.oldest!);
    }
  }

  #delete(entry: Entry): void {
    this.#entries.delete(entry.token);
    this.#recency.remove(entry);
    this.#bytes -= entry.bytes;
  }
}

/**
 * Roughly how many bytes of memory a JSON value takes, and rather too many than too few: an empty object
 * takes thirty times its text. A loop, since a value may be nested too deeply for recursion.
 */
function weigh(json: unknown): number {
  let bytes = 0;
  const rest = [json];
  while (rest.length > 0) {
    const value = rest.pop();
    bytes += 16;
    if (typeof value === "string") bytes += 16 + 2 * value.length;
    else if (value instanceof ExactNumber) bytes += 64 + value.source.length;
    else if (typeof value === "object" && value !== null) {
      bytes += 64;
      for (const [name, member] of Object.entries(value)) {
        bytes += 32 + 2 * name.length;
        rest.push(member);
      }
    }
  }
  return bytes;
}
