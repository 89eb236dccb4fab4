/**
 * The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a string of structured fields
 * (RFC 8941, section 3.3.3). Most clients leave out the quotes, so a token or a UUID without them is the
 * same key.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { ticksOfUuid } from "../generate/uuid.ts";

export const IDEMPOTENCY_KEY = "Idempotency-Key";

export interface IdempotencyKey {
  /** Without quotes. */
  readonly text: string;
  /** The time that it carries, in steps of 100 ns since 1970; null if it carries none. */
  readonly ticks: bigint | null;
}

const MAX_CHARACTERS = 255;

/** Printable ASCII, with a backslash before a quote or another backslash. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** What RFC 8941 calls a token, which may also begin with a digit here. */
const BARE = /^[\w!#$%&'*+.^`|~:/=-]+$/;

/** @throws {ServiceError} `malformed_request` */
export function parseIdempotencyKey(header: string): IdempotencyKey {
  const quoted = QUOTED.exec(header)?.[1];
  const text = quoted?.replace(/\\(.)/g, "$1") ?? (BARE.test(header) ? header : "");
  if (text === "" || text.length > MAX_CHARACTERS) {
    throw new ServiceError(
      "malformed_request",
      `Cannot read "${IDEMPOTENCY_KEY}": expected one string in double quotes, ` +
        `of 1 to ${MAX_CHARACTERS} characters`,
    );
  }
  return { text, ticks: ticksOfUuid(text) };
}
