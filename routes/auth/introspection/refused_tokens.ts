/**
 * Opaque tokens that their issuer has just refused: a client that goes on sending one costs the issuer a question
 * every two seconds, not each time. Not for longer, since an issuer of several nodes may not know everywhere yet
 * what it has just issued. Failures to ask are not kept.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { ServiceError } from "../../../errors/service_error.ts";

const KEPT_MS = 2_000;
/** Tokens that somebody makes up push out the oldest of them, which costs a question again. */
const MAX_ENTRIES = 4_096;

interface Refused {
  readonly error: ServiceError;
  readonly untilMs: number;
}

export class RefusedTokens {
  readonly #now: () => number;
  /** By the digest of the token, whatever its length; the oldest first. */
  readonly #refused = new Map<string, Refused>();

  /** @param now milliseconds on a clock that nobody sets */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many it keeps. */
  get size(): number {
    return this.#refused.size;
  }

  /** Why a token was refused a moment ago; null if it was not. */
  get(token: string): ServiceError | null {
    if (this.#refused.size === 0) return null;
    const refused = this.#refused.get(digestOf(token));
    return refused === undefined || this.#now() >= refused.untilMs ? null : refused.error;
  }

  /** Keeps the reason why a token is refused. */
  add(token: string, error: ServiceError): void {
    const now = this.#now();
    const digest = digestOf(token);
    this.#refused.delete(digest);
    this.#refused.set(digest, { error, untilMs: now + KEPT_MS });
    for (const [oldest, { untilMs }] of this.#refused) {
      if (untilMs > now && this.#refused.size <= MAX_ENTRIES) break;
      this.#refused.delete(oldest);
    }
  }
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
