/**
 * The header of a token (RFC 7515, section 4), before anything of it is believed: whether it can be
 * verified at all, and by which key.
 *
 * Security: only asymmetric algorithms are accepted, by name; `none` and the HMAC family are what an
 * attacker would ask for. Keys that the token itself brings or points to (`jwk`, `jku`, `x5c`, `x5u`) are
 * never looked at. An extension that must be understood (`crit`) is not.
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

/** What of the header is used. */
export interface JwtHeader {
  /** The key that the token says it is signed with; null where it names none. */
  readonly kid: string | null;
  /** What the token says it is; null where it does not. */
  readonly typ: string | null;
}

/** @throws {ServiceError} `invalid_token` */
export function readJwtHeader(token: string): JwtHeader {
  const parts = token.split(".", 4);
  const bytes = parts.length === 3 ? decodeBase64url(parts[0]!) : null;
  if (bytes === null) {
    throw invalidToken("The token is malformed: it is not a signed JWT in its compact form");
  }
  const { alg, kid, typ, ...others } = readJsonPart(bytes);
  if (typeof alg !== "string" || !ALGORITHMS.includes(alg)) {
    throw invalidToken(
      "The token is signed with an algorithm that this service does not accept",
    );
  }
  if ("crit" in others || "b64" in others) {
    throw invalidToken("The token asks for an extension that this service does not know");
  }
  return { kid: textOrNull("kid", kid), typ: textOrNull("typ", typ) };
}

function textOrNull(name: string, value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  throw invalidToken(`The token is malformed: its header "${name}" is not text`);
}

function decodeBase64url(text: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return null;
  }
}
