/**
 * Whom a token names as its issuer, before its signature is checked: whose keys and rules it is checked
 * with. Nothing more may follow from it.
 *
 * @module
 */
import { isJsonObject } from "../../../codec/json/json_object.ts";
import { issuerOf } from "./check_claims.ts";
import { decodePart, readJsonPart } from "./json_part.ts";

/** Whether a token has the form of a signed JWT (RFC 7515, section 7.1); it may be invalid. */
export function isJwt(token: string): boolean {
  if (token.split(".", 4).length !== 3) return false;
  try {
    return isJsonObject(JSON.parse(new TextDecoder().decode(decodePart(token, 0))));
  } catch {
    return false;
  }
}

/** @throws {ServiceError} `invalid_token` if the token is malformed or names no issuer */
export function namedIssuer(token: string): string {
  return issuerOf(readJsonPart(decodePart(token, 1)));
}
