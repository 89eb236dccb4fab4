/**
 * The signature of a token → its payload, with the keys of an issuer (RFC 7515, section 5.2); jose does
 * the cryptography.
 *
 * @module
 */
import * as jose from "jose";
import { invalidToken } from "../challenge.ts";
import { ALGORITHMS, type JwtHeader } from "./jwt_header.ts";

/** The keys of an issuer, as jose chooses among them. */
export type KeySet = ReturnType<typeof jose.createLocalJWKSet>;

/** How many keys are tried for a token that does not say which it is signed with. */
const MAX_KEYS_TRIED = 8;

/**
 * The token's payload; null where the set has no key that the token can be signed with, so that another
 * set may have it.
 *
 * @throws {ServiceError} `invalid_token` where it is not signed with the key that it names
 */
export async function verifySignature(
  token: string,
  { kid }: JwtHeader,
  { keys }: { readonly keys: KeySet },
): Promise<Uint8Array | null> {
  try {
    return await payloadOf(token, keys);
  } catch (error) {
    if (error instanceof jose.errors.JWKSNoMatchingKey) return null;
    if (error instanceof jose.errors.JWKSMultipleMatchingKeys) {
      const payload = await tryEach(token, error);
      if (payload !== null || kid === null) return payload;
    }
    if (kid === null && isOtherKey(error)) return null;
    throw refusal(error);
  }
}

/** The payload by the first of several keys that the token is signed with, or null. */
async function tryEach(
  token: string,
  keys: AsyncIterable<jose.CryptoKey>,
): Promise<Uint8Array | null> {
  let tried = 0;
  for await (const key of keys) {
    if (++tried > MAX_KEYS_TRIED) return null;
    try {
      return await payloadOf(token, key);
    } catch (error) {
      if (!isOtherKey(error)) throw refusal(error);
    }
  }
  return null;
}

async function payloadOf(token: string, key: KeySet | jose.CryptoKey): Promise<Uint8Array> {
  const options = { algorithms: [...ALGORITHMS] };
  const { payload } = typeof key === "function"
    ? await jose.compactVerify(token, key, options)
    : await jose.compactVerify(token, key, options);
  return payload;
}

function isOtherKey(error: unknown): boolean {
  return error instanceof jose.errors.JWSSignatureVerificationFailed;
}

/** What the token is to blame for; other errors, such as a key that cannot be used, as they are. */
function refusal(error: unknown): unknown {
  const { JOSEError, JWKSInvalid } = jose.errors;
  if (!(error instanceof JOSEError) || error instanceof JWKSInvalid) return error;
  return invalidToken(
    "The token is malformed or not signed by the issuer that this service trusts",
    error,
  );
}
