/**
 * Distinguishes access tokens from other JWTs that the issuer signs with the same keys: ID, refresh and
 * logout tokens must not give access (RFC 9068, section 5; RFC 8725, section 3.11).
 *
 * The type in the header decides if it says more than `JWT`. Otherwise the claims decide: some issuers
 * name the kind in a claim, and some claims occur in other kinds only.
 *
 * @module
 */
import type { Claims } from "../../context.ts";
import { invalidToken } from "../challenge.ts";

/** RFC 9068, section 2.1. */
const ACCESS_TOKEN = "at+jwt";

/** RFC 7519, section 5.1: a JWT of any kind. */
const ANY_JWT = "jwt";

/** Claims that name the kind of a token, with their value for access tokens. */
const KIND_CLAIMS: Readonly<Record<string, string>> = {
  // Keycloak. Its other values are "ID", "Refresh", "Offline" and "Logout".
  typ: "bearer",
  // Cognito. Its other value is "id".
  token_use: "access",
};

/** Claims of ID tokens (OpenID Connect Core 1.0) and of event tokens (RFC 8417). */
const FOREIGN_CLAIMS: readonly string[] = ["at_hash", "c_hash", "s_hash", "events"];

/** Claims of ID tokens that some issuers put into access tokens too. */
const AMBIGUOUS_CLAIMS: readonly string[] = ["nonce"];

/**
 * @param tokenTypes further values of `typ` that mark access tokens, as `normaliseType` gives them
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

/** RFC 7515, section 4.1.9: a media type is case-insensitive, and may leave `application/` out. */
export function normaliseType(type: string): string {
  return type.toLowerCase().replace(/^application\//, "");
}

function otherKind(reason: string) {
  return invalidToken(`The token is not an access token: ${reason}; send an access token`);
}
