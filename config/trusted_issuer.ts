/**
 * The issuers whose tokens are accepted, each with what its tokens must be: those of `OIDC_ISSUERS`, or the
 * one that `OIDC_ISSUER` and the settings after it describe.
 *
 * @module
 */
import type { ClaimPath } from "../catalog/text/claim_path.ts";
import { SIGNATURE_ALGORITHMS } from "../codec/jwk/signature_algorithms.ts";

/** What a claim of an issuer may be. */
export interface ClaimLimit {
  readonly path: ClaimPath;
  readonly values: ReadonlySet<ClaimValue>;
}

export type ClaimValue = string | number | boolean;

/** The client that the service is registered as at an issuer. */
export interface IntrospectionClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An issuer, and what its tokens must be. */
export interface TrustedIssuer {
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
  /** Where its tokens have their scopes; null for where they usually are. */
  readonly scopeClaims: readonly ClaimPath[] | null;
  /** The scopes that its groups or roles stand for. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** The claims that it may not set freely. */
  readonly claims: readonly ClaimLimit[];
}

/** The settings that name issuers. */
export interface IssuerSettings {
  readonly oidcIssuers: readonly TrustedIssuer[];
  readonly oidcIssuer: string | null;
  readonly oidcAudience: string | null;
  readonly keyFile: string | null;
  readonly introspectionClientId: string | null;
  readonly introspectionClientSecret: string | null;
  readonly tokenTypes: readonly string[];
  readonly scopeClaims: readonly ClaimPath[] | null;
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

/** All issuers of a configuration; none if no setting names an issuer. */
export function trustedIssuers(settings: IssuerSettings): readonly TrustedIssuer[] {
  const { oidcIssuers, oidcIssuer, oidcAudience, keyFile, tokenTypes, scopeClaims, roles } =
    settings;
  if (oidcIssuer === null || oidcAudience === null) return oidcIssuers;
  const { introspectionClientId: clientId, introspectionClientSecret: clientSecret } = settings;
  return [{
    issuer: oidcIssuer,
    audience: oidcAudience,
    keyFile,
    introspection: clientId === null || clientSecret === null ? null : { clientId, clientSecret },
    algorithms: SIGNATURE_ALGORITHMS,
    tokenTypes,
    scopeClaims,
    roles,
    claims: [],
  }];
}
