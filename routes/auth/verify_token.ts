/**
 * Tokens of the configured issuer → identities (RFC 9068, RFC 7519); jose does the cryptography.
 *
 * Security: only asymmetric algorithms are accepted, by name; issuer, audience and lifetime must be
 * there and right; the key comes from the issuer's own metadata, never from the token.
 *
 * @module
 */
import * as jose from "jose";
import { ServiceError } from "../../errors/service_error.ts";
import type { Identity } from "../context.ts";
import { createIssuerKeys } from "./issuer_keys.ts";
import { VerifiedTokens } from "./token_cache.ts";

/** RFC 7518 and RFC 8037; `none` and the HMAC family are what an attacker would ask for. */
const ALGORITHMS = [
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

const CLOCK_TOLERANCE_S = 5;

export interface TokenVerifier {
  /**
   * @throws {ServiceError} `invalid_token` for a token that is not to be trusted,
   * `issuer_unavailable` where the issuer's keys cannot be had
   */
  verify(token: string): Promise<Identity>;
  /** Fetches the issuer's keys ahead of the first token. Never rejects. */
  warmUp(): Promise<void>;
}

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
}

export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { issuer, audience } = options;
  const verified = new VerifiedTokens();
  const keys = createIssuerKeys(issuer);

  return {
    async verify(token) {
      const now = Date.now();
      const known = verified.get(token, now);
      if (known !== null) return known;
      const getKey = await keys.get().catch((error) => {
        throw issuerUnavailable(error);
      });
      try {
        const { payload } = await jose.jwtVerify(token, getKey, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_TOLERANCE_S,
          requiredClaims: ["sub", "exp"],
        });
        const identity = identityOf(payload);
        verified.set(token, identity, { now, expiresAt: payload.exp! * 1000 });
        return identity;
      } catch (error) {
        throw refusal(error);
      }
    },
    async warmUp() {
      await keys.get().catch(() => {});
    },
  };
}

function identityOf(claims: jose.JWTPayload): Identity {
  const { sub, client_id, azp, scope, scp } = claims;
  const scopes = typeof scope === "string" ? scope.split(" ") : scp;
  return {
    subject: String(sub),
    clientId: stringOrNull(client_id) ?? stringOrNull(azp),
    scopes: new Set((Array.isArray(scopes) ? scopes : String(scopes ?? "").split(" ")).map(String)),
    claims,
  };
}

function refusal(error: unknown): ServiceError {
  const { errors } = jose;
  const cannotFetch = !(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid ||
    error.code === "ERR_JOSE_GENERIC";
  if (cannotFetch) return issuerUnavailable(error);
  const detail = error instanceof errors.JWTExpired
    ? "The token has expired: get a new one"
    : error instanceof errors.JWTClaimValidationFailed
    ? `The token is not for this service: its claim "${error.claim}" is ${
      error.reason === "missing" ? "missing" : "wrong"
    }`
    : error instanceof errors.JOSEAlgNotAllowed
    ? "The token is signed with an algorithm that this service does not accept"
    : "The token is malformed or not signed by the issuer that this service trusts";
  return new ServiceError("invalid_token", detail, {
    cause: error,
    headers: {
      "www-authenticate": `Bearer realm="cqlgate", error="invalid_token", error_description="${
        detail.replaceAll('"', "'")
      }"`,
    },
  });
}

function issuerUnavailable(cause: unknown): ServiceError {
  return new ServiceError(
    "issuer_unavailable",
    "The keys that tokens are checked with cannot be fetched from the issuer: repeat the request later",
    { cause },
  );
}

function stringOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
