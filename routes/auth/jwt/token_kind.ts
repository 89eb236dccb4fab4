/**
 * Access tokens, told from the other JWTs that an issuer signs with the same keys: whoever holds an ID,
 * refresh or logout token must not get in with it (RFC 9068, section 5; RFC 8725, section 3.11).
 *
 * A type in the header decides, where it is that of access tokens. Without one (`JWT`, or nothing), the
 * claims decide: what issuers mark other kinds with, and what only other kinds have.
 *
 * @module
 */
import type { Claims } from "../../context.ts";
import { invalidToken } from "../challenge.ts";

/** RFC 9068, section 2.1. */
const ACCESS_TOKEN = "at+jwt";

/** RFC 7519, section 5.1: a JWT, of whatever kind. */
const ANY_JWT = "jwt";

/** Claims by which issuers say the kind, and what they say of access tokens. */
const KIND_CLAIMS: Readonly<Record<string, string>> = {
  // Keycloak; others are "ID", "Refresh", "Offline" and "Logout".
  typ: "bearer",
  // Cognito; the other is "id".
  token_use: "access",
};

/** Claims that only ID tokens (OpenID Connect Core 1.0) and event tokens (RFC 8417) have. */
const FOREIGN_CLAIMS: readonly string[] = ["at_hash", "c_hash", "s_hash", "events"];

/** What ID tokens have too, and access tokens of some issuers. */
const AMBIGUOUS_CLAIMS: readonly string[] = ["nonce"];

/**
 * @param tokenTypes values of `typ` that mark access tokens beside those that are known, in lower case
 * @throws {ServiceError} `invalid_token` for a token that is not an access token
 */
export function assertAccessToken(
  typ: string | null,
  claims: Claims,
  { tokenTypes }: { readonly tokenTypes: ReadonlySet<string> },
): void {
  const type = typ === null ? ANY_JWT : normaliseType(typ);
  const isNamed = type === ACCESS_TOKEN || tokenTypes.has(type);
  if (!isNamed && type !== ANY_JWT) throw otherKind('its header "typ" names another kind');

  let isMarked = isNamed;
  for (const [claim, access] of Object.entries(KIND_CLAIMS)) {
    if (!Object.hasOwn(claims, claim)) continue;
    const kind = claims[claim];
    const isAccess = typeof kind === "string" &&
      (kind.toLowerCase() === access || claim === "typ" && tokenTypes.has(normaliseType(kind)));
    if (!isAccess) throw otherKind(`its claim "${claim}" names another kind`);
    isMarked = true;
  }
  const foreign = [...(isNamed ? [] : FOREIGN_CLAIMS), ...(isMarked ? [] : AMBIGUOUS_CLAIMS)]
    .find((claim) => Object.hasOwn(claims, claim));
  if (foreign !== undefined) throw otherKind(`it has the claim "${foreign}"`);
}

/** RFC 7515, section 4.1.9: media types, in any case, of which `application/` may be left out. */
export function normaliseType(type: string): string {
  return type.toLowerCase().replace(/^application\//, "");
}

function otherKind(reason: string) {
  return invalidToken(`The token is not an access token: ${reason}; send the access token`);
}
