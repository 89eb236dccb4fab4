/**
 * The proofs that were used, so that none is taken twice by this process (RFC 9449, section 11.1). They are
 * kept by the window of their nonce, which a copy of the proof has as well, and forgotten with it. The memory
 * is bounded; where it is full, proofs are refused rather than taken twice.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { ServiceError } from "../../../errors/service_error.ts";

/** How many are kept in all, and for one key. */
const MAX_PROOFS = 200_000;
const MAX_PER_KEY = 50_000;

/** What identifies a proof. */
export interface SpentProof {
  /** The window of its nonce. */
  readonly window: number;
  /** The thumbprint of the key that signed it. */
  readonly key: string;
  readonly jti: string;
}

export class SpentProofs {
  readonly #max: number;
  readonly #maxPerKey: number;
  /** By window, then by key. */
  readonly #windows = new Map<number, Map<string, Set<string>>>();
  #count = 0;

  constructor({ max = MAX_PROOFS, maxPerKey = MAX_PER_KEY } = {}) {
    this.#max = max;
    this.#maxPerKey = maxPerKey;
  }

  /**
   * Takes note of a proof.
   *
   * @returns whether it is new
   * @throws {ServiceError} `too_many_in_flight` if the key has its share, `too_busy` if no more can be kept
   */
  spend({ window, key, jti }: SpentProof): boolean {
    // A nonce of the next window may be here already, and is no reason to forget the last one.
    this.#forgetBefore(window - 2);
    const proofs = this.#windows.get(window)?.get(key);
    // Digests have one length, however long the caller makes its names.
    const digest = createHash("sha256").update(jti).digest("base64url").slice(0, 22);
    if (proofs?.has(digest)) return false;
    if ((proofs?.size ?? 0) >= this.#maxPerKey) {
      throw new ServiceError(
        "too_many_in_flight",
        `This key has made ${this.#maxPerKey} proofs in a short time, which is its limit: retry later`,
      );
    }
    if (this.#count >= this.#max) {
      throw new ServiceError("too_busy", "The service is at capacity: retry later");
    }
    this.#add({ window, key }, digest);
    return true;
  }

  #add({ window, key }: Pick<SpentProof, "window" | "key">, digest: string): void {
    const keys = this.#windows.get(window) ?? new Map<string, Set<string>>();
    const proofs = keys.get(key) ?? new Set<string>();
    proofs.add(digest);
    keys.set(key, proofs);
    this.#windows.set(window, keys);
    this.#count++;
  }

  #forgetBefore(first: number): void {
    for (const [window, keys] of this.#windows) {
      if (window >= first) continue;
      for (const proofs of keys.values()) this.#count -= proofs.size;
      this.#windows.delete(window);
    }
  }
}
