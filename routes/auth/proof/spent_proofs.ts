/**
 * The proofs that were used, so that none is taken twice by this process (RFC 9449, section 11.1). They are
 * kept by the window of their nonce, which a copy of the proof has as well, and forgotten with it. The memory
 * is bounded; where it is full, proofs are refused rather than taken twice.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { ServiceError } from "../../../errors/service_error.ts";

/**
 * How many are kept in all, and for one caller in a window, who may have any number of keys. The fuller the memory, the
 * smaller is that share: no caller has more than there is room for now, so a few of them leave room for all others.
 *
 * Source: dynamic thresholds for shared buffers (Choudhury and Hahne, 1998).
 */
const MAX_PROOFS = 200_000;
const MAX_PER_CALLER = 50_000;

/** What identifies a proof. */
export interface SpentProof {
  /** The window of its nonce. */
  readonly window: number;
  /** Whose token it is for. */
  readonly caller: string;
  /** The thumbprint of the key that signed it. */
  readonly key: string;
  readonly jti: string;
}

export class SpentProofs {
  readonly #max: number;
  readonly #maxPerCaller: number;
  /** By window, then by caller. */
  readonly #windows = new Map<number, Map<string, Set<string>>>();
  #count = 0;

  constructor({ max = MAX_PROOFS, maxPerCaller = MAX_PER_CALLER } = {}) {
    this.#max = max;
    this.#maxPerCaller = maxPerCaller;
  }

  /**
   * Takes note of a proof.
   *
   * @returns whether it is new
   * @throws {ServiceError} `too_many_in_flight` if the caller has its share, `too_busy` if no more can be kept
   */
  spend({ window, caller, key, jti }: SpentProof): boolean {
    // A nonce of the next window may be here already, but that does not justify forgetting the last window.
    this.#forgetBefore(window - 2);
    const proofs = this.#windows.get(window)?.get(caller);
    // Digests have one length, however long the caller makes its names.
    const digest = createHash("sha256").update(JSON.stringify([key, jti])).digest("base64url")
      .slice(0, 22);
    if (proofs?.has(digest)) return false;
    const own = proofs?.size ?? 0;
    const free = this.#max - this.#count;
    if (free === 0) throw new ServiceError("too_busy", "The service is at capacity: retry later");
    if (own >= Math.min(this.#maxPerCaller, free)) {
      throw new ServiceError(
        "too_many_in_flight",
        `This caller has used ${own} proofs in a short time, which is its share: retry later`,
      );
    }
    this.#add({ window, caller }, digest);
    return true;
  }

  #add({ window, caller }: Pick<SpentProof, "window" | "caller">, digest: string): void {
    const callers = this.#windows.get(window) ?? new Map<string, Set<string>>();
    const proofs = callers.get(caller) ?? new Set<string>();
    proofs.add(digest);
    callers.set(caller, proofs);
    this.#windows.set(window, callers);
    this.#count++;
  }

  #forgetBefore(first: number): void {
    for (const [window, callers] of this.#windows) {
      if (window >= first) continue;
      for (const proofs of callers.values()) this.#count -= proofs.size;
      this.#windows.delete(window);
    }
  }
}
