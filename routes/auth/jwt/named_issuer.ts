/**
 * The issuer that a token names, read before its signature is checked. It only decides whose keys and rules the
 * token is checked with; nothing else may follow from it.
 *
 * It is read by the runtime's own parser, which is fast, since anybody can send such a token. Of two members
 * with the same name, that parser takes the last; the verified claims are read again, by a parser that refuses
 * duplicates.
 *
 * @module
 */
import { isJsonObject } from "../../../codec/json/json_object.ts";
import { invalidToken } from "../challenge.ts";
import { issuerOf } from "./check_claims.ts";
import { decodePart } from "./json_part.ts";

/** Whether a token has the form of a signed JWT (RFC 7515, section 7.1); it may be invalid. */
export function isJwt(token: string): boolean {
  if (token.split(".", 4).length !== 3) return false;
  try {
    return isJsonObject(parse(decodePart(token, 0)));
  } catch {
    return false;
  }
}

/** @throws {ServiceError} `invalid_token` if the token is malformed or names no issuer */
export function namedIssuer(token: string): string {
  const json = parse(decodePart(token, 1));
  if (isJsonObject(json)) return issuerOf(json);
  throw invalidToken("The token is malformed: its parts must be JSON objects in UTF-8");
}

/** Whether a token names this issuer; false for a token that is malformed or names none. Never throws. */
export function claimsIssuer(token: string, issuer: string): boolean {
  try {
    return namedIssuer(token) === issuer;
  } catch {
    return false;
  }
}

/** Null if it is not JSON in UTF-8. */
function parse(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return JSON.parse(text);
  } catch {
    return null;
  }
}
