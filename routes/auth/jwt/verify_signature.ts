/**
 * Checks the signature of a token with the keys of an issuer (RFC 7515, section 5.2). jose does the
 * cryptography.
 *
 * @module
 */
import * as jose from "jose";
import { invalidToken } from "../challenge.ts";
import type { JwtHeader } from "./jwt_header.ts";

/** The public keys of an issuer. */
export interface KeySet {
  /** Picks the key for the header of a token. */
  readonly choose: ReturnType<typeof jose.createLocalJWKSet>;
  /** The names of the keys that have one. */
  readonly kids: ReadonlySet<string>;
}

/** @throws {Error} if the JSON is not a key set (RFC 7517, section 5) */
export function readKeySet(json: Readonly<Record<string, unknown>>): KeySet {
  const choose = jose.createLocalJWKSet(json as unknown as jose.JSONWebKeySet);
  const kids = choose.jwks().keys.map(({ kid }) => kid).filter((kid) => typeof kid === "string");
  return { choose, kids: new Set(kids) };
}

/** How many keys are tried for a token that does not name its key. */
const MAX_KEYS_TRIED = 8;

/** Whether the set may have the key of a token; if not, the signature cannot be checked. */
export function mayFit({ kids }: KeySet, { kid }: JwtHeader): boolean {
  return kid === null || kids.has(kid);
}

/**
 * The payload of a token; null if none of the keys fits, so that a newer set may have the right one.
 *
 * @throws {ServiceError} `invalid_token` if the token is malformed, or not signed with the key that it names
 */
export async function verifySignature(
  token: string,
  { alg, kid }: JwtHeader,
  { keys }: { readonly keys: KeySet },
): Promise<Uint8Array | null> {
  try {
    return await payloadOf(token, { key: keys.choose, alg });
  } catch (error) {
    if (error instanceof jose.errors.JWKSNoMatchingKey) return null;
    if (error instanceof jose.errors.JWKSMultipleMatchingKeys) {
      const payload = await tryEach(token, { keys: error, alg });
      if (payload !== null || kid === null) return payload;
    }
    if (kid === null && isOtherKey(error)) return null;
    throw refusal(error);
  }
}

/** Tries several keys; null if none of them fits. */
async function tryEach(
  token: string,
  { keys, alg }: { readonly keys: AsyncIterable<jose.CryptoKey>; readonly alg: string },
): Promise<Uint8Array | null> {
  let tried = 0;
  for await (const key of keys) {
    if (++tried > MAX_KEYS_TRIED) return null;
    try {
      return await payloadOf(token, { key, alg });
    } catch (error) {
      if (!isOtherKey(error)) throw refusal(error);
    }
  }
  return null;
}

async function payloadOf(
  token: string,
  { key, alg }: { readonly key: KeySet["choose"] | jose.CryptoKey; readonly alg: string },
): Promise<Uint8Array> {
  const options = { algorithms: [alg] };
  const { payload } = typeof key === "function"
    ? await jose.compactVerify(token, key, options)
    : await jose.compactVerify(token, key, options);
  return payload;
}

function isOtherKey(error: unknown): boolean {
  return error instanceof jose.errors.JWSSignatureVerificationFailed;
}

/** The refusal of a token. Errors that are not the token's fault, such as an unusable key, stay as they are. */
function refusal(error: unknown): unknown {
  const { JOSEError, JWKSInvalid } = jose.errors;
  if (!(error instanceof JOSEError) || error instanceof JWKSInvalid) return error;
  return invalidToken(
    "The token is malformed or not signed by the issuer that it names",
    error,
  );
}
