/**
 * The refusals of DPoP, each with its challenge in `WWW-Authenticate` (RFC 9449, sections 7.1 and 9).
 *
 * @module
 */
import { SIGNATURE_ALGORITHMS } from "../../../codec/jwk/signature_algorithms.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import type { Scheme } from "../credentials.ts";

const PARAMETERS = `algs="${SIGNATURE_ALGORITHMS.join(" ")}"`;
const REALM = 'realm="cqlgate"';

/** The proof is missing, or does not prove what it should. */
export function invalidProof(detail: string, cause?: unknown): ServiceError {
  return refuse("invalid_dpop_proof", detail, { cause });
}

/** The proof needs the nonce that goes along with this answer. */
export function useNonce(nonce: string): ServiceError {
  return refuse(
    "use_dpop_nonce",
    'The proof needs a nonce from this service: make one with the nonce in the header "DPoP-Nonce"',
    { headers: { "dpop-nonce": nonce } },
  );
}

/** The token does not go together with the scheme that it is sent with. */
export function wrongScheme(detail: string): ServiceError {
  return refuse("invalid_token", detail);
}

/** @param detail ASCII, and nothing from the request itself */
function refuse(
  code: "invalid_dpop_proof" | "use_dpop_nonce" | "invalid_token",
  detail: string,
  { cause, headers = {} }: { cause?: unknown; headers?: Readonly<Record<string, string>> } = {},
): ServiceError {
  // A description has no quotes (RFC 6750, section 3).
  const description = detail.replaceAll('"', "'");
  const challenge =
    `DPoP ${REALM}, error="${code}", error_description="${description}", ${PARAMETERS}`;
  return new ServiceError(code, detail, {
    cause,
    headers: { ...headers, "www-authenticate": challenge },
  });
}

/**
 * A challenge for bearer tokens as a request should see it: for the scheme that it used, or if it used none,
 * for the schemes that the service accepts.
 */
export function challengeFor(
  challenge: string,
  { used, schemes }: { readonly used: Scheme | null; readonly schemes: readonly Scheme[] },
): string {
  const [, parameters] = /^Bearer (.*)$/s.exec(challenge) ?? [];
  if (parameters === undefined || !schemes.includes("DPoP")) return challenge;
  const own = `DPoP ${parameters}, ${PARAMETERS}`;
  if (used === "DPoP" || !schemes.includes("Bearer")) return own;
  return used === null ? `${challenge}, DPoP ${REALM}, ${PARAMETERS}` : challenge;
}
