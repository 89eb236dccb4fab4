/**
 * What stands for a partition key in logs and on the admin port: a keyed hash. The same key has the
 * same hash in every replica, and nobody without the secret can find a key by hashing guesses.
 *
 * @module
 */
import { createHmac, hkdfSync } from "node:crypto";

/** Bytes of a key → a text of 16 characters. */
export type KeyHash = (key: Uint8Array) => string;

/** 96 bits: enough to tell keys apart, short enough for a log line. */
const CHARACTERS = 16;

/**
 * HMAC-SHA-256 (RFC 2104), truncated, in base64url.
 *
 * @param secret of 32 bytes, the same in every replica; a key for this one purpose is derived from it
 */
export function createKeyHash(secret: Uint8Array): KeyHash {
  const key = new Uint8Array(hkdfSync("sha256", secret, "", "cqlgate partition key hash", 32));
  return (bytes) =>
    createHmac("sha256", key).update(bytes).digest("base64url").slice(0, CHARACTERS);
}
