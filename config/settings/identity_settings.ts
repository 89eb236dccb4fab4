/**
 * The settings for callers: whose tokens are accepted, and what they grant.
 *
 * @module
 */
import { PROOF_SETTINGS } from "./proof_settings.ts";
import type { Setting } from "./setting.ts";
import { keySetFile, rolesFile } from "./kinds/file_kinds.ts";
import { claimPathList, text, tokenTypes } from "./kinds/setting_kind.ts";
import { issuerList } from "../issuer_list.ts";
import { issuerUrl } from "./kinds/web_address.ts";

export const IDENTITY_SETTINGS = {
  oidcIssuers: {
    name: "OIDC_ISSUERS",
    default: "",
    kind: issuerList(),
    meaning:
      "Several issuers whose tokens are accepted, in place of `OIDC_ISSUER` and the settings after it: see [Identity](identity.md#several-issuers)",
  },
  oidcIssuer: {
    name: "OIDC_ISSUER",
    default: null,
    kind: issuerUrl(),
    meaning: "Issuer whose tokens are accepted; required unless every route is `@public`",
  },
  oidcAudience: {
    name: "OIDC_AUDIENCE",
    default: null,
    kind: text(),
    meaning: "Audience that a token must name; required with `OIDC_ISSUER`",
  },
  keyFile: {
    name: "JWT_JWKS_FILE",
    default: null,
    kind: keySetFile(),
    meaning:
      "The issuer's public keys, as a JSON Web Key Set, in place of fetching them; read again when the file changes: see [Identity](identity.md#keys-from-a-file)",
  },
  introspectionClientId: {
    name: "INTROSPECTION_CLIENT_ID",
    default: null,
    kind: text(),
    meaning:
      "The client id that the service introspects tokens with, for an issuer whose tokens are opaque: see [Identity](identity.md#opaque-tokens)",
  },
  introspectionClientSecret: {
    name: "INTROSPECTION_CLIENT_SECRET",
    default: null,
    kind: text(),
    meaning: "The secret of that client",
    secret: true,
  },
  tokenTypes: {
    name: "OIDC_TOKEN_TYPES",
    default: "",
    kind: tokenTypes(),
    meaning:
      "Further values of `typ` that mark access tokens, beside `at+jwt`: see [HTTP](http.md#which-tokens-are-accepted)",
  },
  scopeClaims: {
    name: "OIDC_SCOPE_CLAIM",
    default: null,
    kind: claimPathList(),
    meaning:
      "Where tokens have their scopes, such as `realm_access.roles`; by default in `scope`, `scp`, `permissions` and `roles`: see [Identity](identity.md)",
  },
  roles: {
    name: "ROLES_FILE",
    default: "",
    kind: rolesFile(),
    meaning:
      'Which scopes the groups or roles of the provider stand for: a JSON object of lists, such as `{"Admins": ["stations:write"]}`',
  },
  ...PROOF_SETTINGS,
} as const satisfies Readonly<Record<string, Setting>>;
