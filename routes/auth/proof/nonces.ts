/**
 * The nonces that proofs must have (RFC 9449, section 9): a proof with a nonce was made after the service
 * gave the nonce out, and is of no use once the nonce is old. A nonce is a code of the time, by a key that
 * all replicas derive from the same secret, so that each takes the nonces of all and none keeps any.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** How long a nonce is given out. It is taken for as long again. */
export const NONCE_WINDOW_MS = 30_000;

const DERIVATION = "cqlgate: nonces of proofs";
const NONCE_BYTES = 16;
/** The bytes of a nonce in base64url. */
const FORM = /^[\w-]{22}$/;

export interface Nonces {
  /** The nonce that is given out now. */
  current(): string;
  /** The window of a nonce that is taken now; null for any other. */
  windowOf(nonce: string): number | null;
}

/**
 * @param secrets the first makes new nonces; all of them check nonces that come back
 * @param now in milliseconds since 1970
 */
export function createNonces(
  secrets: readonly Uint8Array[],
  now: () => number = Date.now,
): Nonces {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync("sha256", secret, "", DERIVATION, 32)));
  const [first] = keys;
  if (first === undefined) throw new TypeError("Cannot make nonces: no secret is given");
  const windowNow = () => Math.floor(now() / NONCE_WINDOW_MS);
  return {
    current: () => nonceFor(windowNow(), first).toString("base64url"),
    windowOf(nonce) {
      if (!FORM.test(nonce)) return null;
      const bytes = Buffer.from(nonce, "base64url");
      if (bytes.toString("base64url") !== nonce) return null;
      const window = windowNow();
      // The clock of another replica may be ahead.
      const windows = [window, window - 1, window + 1];
      return windows.find((each) =>
        keys.some((key) => timingSafeEqual(nonceFor(each, key), bytes))
      ) ?? null;
    },
  };
}

function nonceFor(window: number, key: Buffer): Buffer {
  return createHmac("sha256", key).update(`${window}`).digest().subarray(0, NONCE_BYTES);
}
