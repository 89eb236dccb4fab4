/**
 * Whether the keys of a file can verify a token at all: a key that is cut off or too short would be found out
 * by the first token only, when the previous keys are gone.
 *
 * @module
 */
import * as jose from "jose";

/** RFC 7518, section 3.3. */
const MIN_RSA_BITS = 2048;

/** The algorithm of a key that does not say which: by its type, or its curve. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  RSA: "RS256",
  "EC P-256": "ES256",
  "EC P-384": "ES384",
  "EC P-521": "ES512",
  "OKP Ed25519": "EdDSA",
};

/** Characters of a coordinate in base64url (RFC 7518, section 6.2.1.2); the import does not look. */
const COORDINATE_LENGTHS: Readonly<Record<string, number>> = {
  "P-256": 43,
  "P-384": 64,
  "P-521": 88,
};

/** Rejects with the problem of the first key that cannot be used. */
export async function assertUsable(keys: readonly jose.JWK[]): Promise<void> {
  for (const [index, key] of keys.entries()) {
    const { kty, crv } = key;
    // Issuers publish keys for encryption as well; no token is checked with them.
    if (key.use === "enc") continue;
    const alg = key.alg ?? ALGORITHMS[kty === "RSA" ? kty : `${kty} ${crv}`];
    if (alg === undefined) {
      throw new Error(`key ${index} is of a type or a curve that no token can be signed with`);
    }
    const imported = await importOrNull(key, alg);
    if (imported === null || !isWhole(key)) throw new Error(`key ${index} is malformed`);
    if (bitsOf(imported) < MIN_RSA_BITS) {
      throw new Error(`key ${index} is shorter than ${MIN_RSA_BITS} bits`);
    }
  }
}

async function importOrNull(key: jose.JWK, alg: string): Promise<jose.CryptoKey | null> {
  try {
    const imported = await jose.importJWK(key, alg);
    return imported instanceof Uint8Array ? null : imported;
  } catch {
    // The message may quote the key.
    return null;
  }
}

function isWhole({ kty, crv, x, y }: jose.JWK): boolean {
  const length = COORDINATE_LENGTHS[crv ?? ""];
  return kty !== "EC" || [x, y].every((coordinate) => coordinate?.length === length);
}

/** Of an RSA key; the curves of the others are long enough. */
function bitsOf({ algorithm }: jose.CryptoKey): number {
  return "modulusLength" in algorithm ? Number(algorithm.modulusLength) : Infinity;
}
