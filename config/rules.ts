/**
 * Rules about several settings: pairs, alternatives, and what must be set. A rule is one entry of the list.
 *
 * @module
 */
import type { Config, SettingName } from "./settings/settings.ts";

/** A configuration as far as it was read; a value whose text did not fit is meaningless. */
export interface Draft {
  readonly config: Config;
  /** False for commands that only speak to Cassandra. */
  readonly serves: boolean;
  /** Whether the runtime exports what the process writes to its console. */
  readonly exports: boolean;
  isSet(name: SettingName): boolean;
}

/** What is wrong with a setting, as a sentence that begins with its name. */
export interface SettingMistake {
  readonly name: SettingName;
  readonly problem: string;
}

type Rule = (draft: Draft) => SettingMistake | null;

/** The settings of `OIDC_ISSUER`; each issuer of `OIDC_ISSUERS` has them as members. */
const SINGLE_ISSUER: readonly SettingName[] = [
  "OIDC_ISSUER",
  "OIDC_AUDIENCE",
  "JWT_JWKS_FILE",
  "INTROSPECTION_CLIENT_ID",
  "INTROSPECTION_CLIENT_SECRET",
  "OIDC_TOKEN_TYPES",
  "OIDC_SCOPE_CLAIM",
  "ROLES_FILE",
];

export const RULES: readonly Rule[] = [
  requireUnless("CASSANDRA_CONTACT_POINTS", "CASSANDRA_SECURE_BUNDLE", {
    help: 'name a node, such as "127.0.0.1:9042", or run "deno task dev", which starts one',
  }),
  requireUnless("CASSANDRA_LOCAL_DATACENTER", "CASSANDRA_SECURE_BUNDLE", {
    help: '"nodetool status" shows the name, "datacenter1" in a stock Cassandra',
  }),
  exclude("CASSANDRA_CONTACT_POINTS", "CASSANDRA_SECURE_BUNDLE"),
  exclude("CASSANDRA_FAILOVER_DATACENTERS", "CASSANDRA_SECURE_BUNDLE"),
  ({ config: { failoverDatacenters, localDatacenter } }) =>
    localDatacenter !== null && failoverDatacenters.includes(localDatacenter)
      ? {
        name: "CASSANDRA_FAILOVER_DATACENTERS",
        problem: `has "${localDatacenter}", the local data centre: name others`,
      }
      : null,
  requireWith("CASSANDRA_USERNAME", "CASSANDRA_PASSWORD"),
  requireWith("CASSANDRA_PASSWORD", "CASSANDRA_USERNAME"),
  requireWith("CASSANDRA_TLS_CERT", "CASSANDRA_TLS_KEY"),
  requireWith("CASSANDRA_TLS_KEY", "CASSANDRA_TLS_CERT"),
  requireWith("TLS_CERT", "TLS_KEY"),
  requireWith("TLS_KEY", "TLS_CERT"),
  requireWith("OIDC_ISSUER", "OIDC_AUDIENCE"),
  requireWith("OIDC_AUDIENCE", "OIDC_ISSUER"),
  requireOwnIssuer("JWT_JWKS_FILE", { help: "set OIDC_ISSUER to the issuer of these keys" }),
  requireWith("INTROSPECTION_CLIENT_ID", "INTROSPECTION_CLIENT_SECRET"),
  requireWith("INTROSPECTION_CLIENT_SECRET", "INTROSPECTION_CLIENT_ID"),
  requireOwnIssuer("INTROSPECTION_CLIENT_ID", { help: "set OIDC_ISSUER to the issuer to ask" }),
  exclude("JWT_JWKS_FILE", "INTROSPECTION_CLIENT_ID", {
    help: "a token that the issuer is asked about needs no keys",
  }),
  ...SINGLE_ISSUER.map((name) =>
    exclude(name, "OIDC_ISSUERS", { help: "set it for each issuer in the list" })
  ),
  ({ isSet }) =>
    isSet("DOCS_CLIENT_ID") && !isSet("OIDC_ISSUER") && !isSet("OIDC_ISSUERS")
      ? { name: "DOCS_CLIENT_ID", problem: "is a client at an issuer: set OIDC_ISSUER, too" }
      : null,
  requireWith("DOCS_CLIENT_ID", "DOCS_SCOPES"),
  ({ serves, isSet }) =>
    serves && !isSet("CURSOR_KEY")
      ? {
        name: "CURSOR_KEY",
        problem: 'is not set: make one with "openssl rand -base64 32" and give it to every replica',
      }
      : null,
  ({ config: { dpop, publicUrl } }) =>
    dpop === "required" && publicUrl === null
      ? {
        name: "DPOP",
        problem: 'is "required", but PUBLIC_URL is not set: proofs name that address',
      }
      : null,
  ({ config: { basePath } }) =>
    ["/livez", "/readyz"].includes(basePath)
      ? { name: "BASE_PATH", problem: `is "${basePath}", where a probe answers: choose another` }
      : null,
  ({ config }) =>
    config.port !== 0 && config.port === config.adminPort
      ? { name: "ADMIN_PORT", problem: `is "${config.port}", as PORT is: the two must differ` }
      : null,
  ({ config: { auditLog }, serves, exports }) =>
    serves && auditLog.kind === "otlp" && !exports
      ? { name: "AUDIT_LOG", problem: 'is "otlp", but nothing is exported: set OTEL_DENO=true' }
      : null,
  ({ config: { auditLog, auditFailure } }) =>
    auditFailure === "refuse" && auditLog.kind !== "file" && auditLog.kind !== "socket"
      ? {
        name: "AUDIT_FAILURE",
        problem:
          `is "refuse", and AUDIT_LOG is "${auditLog.kind}", which cannot say that an event is safe: set AUDIT_LOG=file:… or socket:…`,
      }
      : null,
];

function requireUnless(
  name: SettingName,
  other: SettingName,
  { help }: { help: string },
): Rule {
  return ({ isSet }) =>
    isSet(name) || isSet(other) ? null : { name, problem: `is not set: ${help}` };
}

/** `name` is needed wherever `other` is set. */
function requireWith(name: SettingName, other: SettingName): Rule {
  return ({ isSet }) =>
    isSet(other) && !isSet(name)
      ? { name, problem: `is not set, but ${other} is: set it, or remove ${other}` }
      : null;
}

/** `name` describes `OIDC_ISSUER`. If `OIDC_ISSUERS` is set too, another rule reports it. */
function requireOwnIssuer(name: SettingName, { help }: { help: string }): Rule {
  return ({ isSet }) =>
    isSet(name) && !isSet("OIDC_ISSUER") && !isSet("OIDC_ISSUERS")
      ? { name, problem: `is set, but OIDC_ISSUER is not: ${help}` }
      : null;
}

function exclude(
  name: SettingName,
  other: SettingName,
  { help = "remove one of them" }: { help?: string } = {},
): Rule {
  return ({ isSet }) =>
    isSet(name) && isSet(other)
      ? { name, problem: `cannot be set together with ${other}: ${help}` }
      : null;
}
