/**
 * Tokens that were verified a moment ago, and whom they speak for: checking a signature costs more than
 * all else that the service does for a request. Bounded in number and, for a token that its issuer has
 * since revoked or whose key is gone, in time.
 *
 * @module
 */
import type { Identity } from "../context.ts";

const MAX_TOKENS = 10_000;
// Far below the ten minutes for which the issuer's keys are kept anyway.
const MAX_AGE_MS = 60_000;

export class VerifiedTokens {
  readonly #entries = new Map<string, { identity: Identity; until: number }>();

  /** The identity of a token that is still good at `now`, in milliseconds since 1970. */
  get(token: string, now: number): Identity | null {
    const entry = this.#entries.get(token);
    if (entry === undefined) return null;
    if (now < entry.until) return entry.identity;
    this.#entries.delete(token);
    return null;
  }

  /** @param expiresAt in milliseconds since 1970 */
  set(token: string, identity: Identity, { now, expiresAt }: { now: number; expiresAt: number }) {
    if (this.#entries.size >= MAX_TOKENS) {
      // A map keeps the order of insertion: the first is the oldest.
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest!);
    }
    this.#entries.set(token, { identity, until: Math.min(expiresAt, now + MAX_AGE_MS) });
  }
}
