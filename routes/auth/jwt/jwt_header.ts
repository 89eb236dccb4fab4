/**
 * The header of a token (RFC 7515, section 4): whether the token can be verified at all, and with which
 * key. Nothing in it is trusted yet.
 *
 * Security: only asymmetric algorithms are accepted, by name; an attacker would ask for `none` or HMAC.
 * Keys in the token or behind its links (`jwk`, `jku`, `x5c`, `x5u`) are ignored. A token with critical
 * extensions (`crit`) is refused, as none is supported.
 *
 * @module
 */
import { SIGNATURE_ALGORITHMS } from "../../../codec/jwk/signature_algorithms.ts";
import { invalidToken } from "../challenge.ts";
import { decodePart, readJsonPart } from "./json_part.ts";

/** The parameters that are used. */
export interface JwtHeader {
  /** The algorithm that the token is signed with; one of {@link SIGNATURE_ALGORITHMS}. */
  readonly alg: string;
  /** The name of the key that the token is signed with; null without one. */
  readonly kid: string | null;
  /** The type of the token; null without one. */
  readonly typ: string | null;
}

/** @throws {ServiceError} `invalid_token` */
export function readJwtHeader(token: string): JwtHeader {
  const { alg, kid, typ, ...others } = readJsonPart(decodePart(token, 0));
  if (typeof alg !== "string" || !SIGNATURE_ALGORITHMS.includes(alg)) throw foreignAlgorithm();
  if ("crit" in others || "b64" in others) {
    throw invalidToken("The token needs an extension that this service does not support");
  }
  return { alg, kid: textOrNull("kid", kid), typ: textOrNull("typ", typ) };
}

/** The token is signed in a way that is not accepted, from its issuer or at all. */
export function foreignAlgorithm() {
  return invalidToken("The token is signed with an algorithm that this service does not accept");
}

function textOrNull(name: string, value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  throw invalidToken(`The token is malformed: its header "${name}" is not a string`);
}
