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
import { invalidToken } from "../challenge.ts";
import { readJsonPart } from "./json_part.ts";

/** RFC 7518, section 3.1, and RFC 8037. */
export const ALGORITHMS: readonly string[] = [
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
  "PS256",
  "PS384",
  "PS512",
  "RS256",
  "RS384",
  "RS512",
];

/** The parameters that are used. */
export interface JwtHeader {
  /** The name of the key that the token is signed with; null without one. */
  readonly kid: string | null;
  /** The type of the token; null without one. */
  readonly typ: string | null;
}

/** @throws {ServiceError} `invalid_token` */
export function readJwtHeader(token: string): JwtHeader {
  const parts = token.split(".", 4);
  const bytes = parts.length === 3 ? decodeBase64url(parts[0]!) : null;
  if (bytes === null) {
    throw invalidToken("The token is malformed: expected a signed JWT in compact form");
  }
  const { alg, kid, typ, ...others } = readJsonPart(bytes);
  if (typeof alg !== "string" || !ALGORITHMS.includes(alg)) {
    throw invalidToken(
      "The token is signed with an algorithm that this service does not accept",
    );
  }
  if ("crit" in others || "b64" in others) {
    throw invalidToken("The token needs an extension that this service does not support");
  }
  return { kid: textOrNull("kid", kid), typ: textOrNull("typ", typ) };
}

function textOrNull(name: string, value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  throw invalidToken(`The token is malformed: its header "${name}" is not a string`);
}

function decodeBase64url(text: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return null;
  }
}
