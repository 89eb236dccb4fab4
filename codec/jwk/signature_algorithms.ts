/**
 * The algorithms that tokens may be signed with (RFC 7518, section 3.1; RFC 8037). Only asymmetric ones:
 * with HMAC, the key that verifies a token can also make one.
 *
 * @module
 */

export const SIGNATURE_ALGORITHMS: readonly string[] = [
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
