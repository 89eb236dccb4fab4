/**
 * What callers get in place of a value that they may not see.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHmac, hkdfSync } from "node:crypto";
import type { MaskKind } from "../../../catalog/query.ts";
import type { Json } from "../../../codec/codec.ts";

/** A value → what stands in its place. */
export type Conceal = (value: Json) => Json;

/** Text → a text that is the same for equal texts, and says nothing else of them. */
export type TextHash = (text: string) => string;

/** In place of a text of which nothing is shown; how long it is, is not shown either. */
export const REDACTED = "****";

/** Half of a text at least stays hidden. */
const LAST = 4;
const MIN_LENGTH = 2 * LAST;

/** @param hash null without a key for it: then nothing at all is shown */
export function concealsFor(hash: TextHash | null): Readonly<Record<MaskKind, Conceal>> {
  const ofText = (show: (text: string) => string): Conceal => (value) =>
    typeof value === "string" ? show(value) : null;
  return {
    null: () => null,
    // Of null too, so that nobody learns whether there is a value.
    redact: () => REDACTED,
    last4: ofText(lastFour),
    hash: hash === null ? () => null : ofText(hash),
  };
}

function lastFour(text: string): string {
  // A character has one or two units.
  const end = [...text.slice(-2 * MIN_LENGTH)];
  // The first unit may be the second half of a character that was cut.
  const isLong = text.length > 2 * MIN_LENGTH || end.length >= MIN_LENGTH;
  return isLong ? `${REDACTED}${end.slice(-LAST).join("")}` : REDACTED;
}

/**
 * HMAC-SHA-256 (RFC 2104) in base64url: without the key nobody finds out a text by hashing others.
 *
 * @param secret of 32 bytes, the same in every replica
 */
export function createTextHash(secret: Uint8Array): TextHash {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "cqlgate mask hash", 32));
  return (text) => createHmac("sha256", key).update(text).digest("base64url");
}
