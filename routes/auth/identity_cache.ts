/**
 * Identities of tokens that were verified a moment ago: checking a signature costs more than all else
 * that the service does for a request. Bounded in bytes, in number and, for a token that its issuer has
 * since revoked or whose key is gone, in time. Tokens themselves are not kept: a digest finds them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { ExactNumber } from "../../codec/json/exact_number.ts";
import type { Identity } from "../context.ts";

const MAX_ENTRIES = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;
// Far below the ten minutes for which the issuer's keys are kept anyway.
const MAX_AGE_MS = 60_000;

interface Entry {
  readonly identity: Identity;
  /** In milliseconds since 1970. */
  readonly until: number;
  readonly bytes: number;
}

export class IdentityCache {
  // A map keeps the order of insertion: the first entry is the one that was not used for longest.
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  /**
   * The identity of a token that is still good.
   *
   * @param digest see {@link digestOf}
   * @param now in milliseconds since 1970
   */
  get(digest: string, now: number): Identity | null {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return null;
    this.#delete(digest, entry);
    if (now >= entry.until) return null;
    this.#add(digest, entry);
    return entry.identity;
  }

  /** Keeps the identity of a token that was verified at `now`. */
  set(digest: string, identity: Identity, now: number): void {
    const former = this.#entries.get(digest);
    if (former !== undefined) this.#delete(digest, former);
    const until = Math.min(identity.expiresAt, now + MAX_AGE_MS);
    const bytes = weigh([digest, identity.claims, ...identity.scopes]);
    this.#add(digest, { identity, until, bytes });
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES && this.#bytes <= MAX_BYTES) return;
      this.#delete(oldest, entry);
    }
  }

  #add(digest: string, entry: Entry): void {
    this.#entries.set(digest, entry);
    this.#bytes += entry.bytes;
  }

  #delete(digest: string, { bytes }: Entry): void {
    this.#entries.delete(digest);
    this.#bytes -= bytes;
  }
}

/** What a token is found by. Nobody can make another token with the same digest. */
export function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}

/**
 * The memory that a JSON value takes, roughly and rather too much: an empty object takes thirty times
 * its text. Without recursion, as the value may be as deep as it is long.
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
