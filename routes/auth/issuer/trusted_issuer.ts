/**
 * An issuer whose tokens are accepted, and the rules that they have to meet.
 *
 * @module
 */
import type { ClaimLimit } from "../jwt/claim_limits.ts";
import type { ScopeRules } from "../jwt/granted_scopes.ts";

/** The client that the service is at an issuer. */
export interface IntrospectionClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TrustedIssuer extends ScopeRules {
  /** As its tokens name it in `iss`, character for character. */
  readonly issuer: string;
  readonly audience: string;
  /** The path of a file with its keys; null if the issuer itself is asked for them. */
  readonly keyFile: string | null;
  /** The client that asks the issuer about its tokens; null if they are JWTs that keys verify. */
  readonly introspection: IntrospectionClient | null;
  /** What its tokens may be signed with. */
  readonly algorithms: readonly string[];
  /** Further values of `typ` that mark its access tokens. */
  readonly tokenTypes: readonly string[];
  /** The claims that it may not set freely. */
  readonly claims: readonly ClaimLimit[];
}
