/**
 * Checks the settings of a service against its project: a project may need a setting that others do without.
 *
 * @module
 */
import type { Access, Query } from "../catalog/query.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./config_error.ts";
import type { TrustedIssuer } from "./trusted_issuer.ts";

export interface ServedProject {
  readonly queries: readonly Query[];
  readonly routes: readonly { readonly access: Access }[];
}

/** @throws {ConfigError} if a setting is missing that the project needs */
export function assertServable(
  config: Config,
  { queries, routes, issuers }: ServedProject & { readonly issuers: readonly TrustedIssuer[] },
): void {
  assertIssuer(issuers, [...queries, ...routes]);
  assertMaskSecret(config, queries);
  assertAuditSecret(config, queries);
}

/** A route that needs a token cannot be served without an issuer. */
function assertIssuer(
  issuers: readonly TrustedIssuer[],
  routes: readonly { readonly access: Access }[],
): void {
  if (issuers.length > 0) return;
  const guarded = routes.filter(({ access }) => access.kind === "scopes");
  if (guarded.length === 0) return;
  const need = guarded.length === 1 ? "1 route needs" : `${guarded.length} routes need`;
  throw new ConfigError([
    `OIDC_ISSUER is not set, but ${need} a token: name the issuer, or make every route public`,
  ]);
}

/** Hashes have to be the same in every replica, and tomorrow. */
function assertMaskSecret(config: Config, queries: readonly Query[]): void {
  if (config.maskSecret !== null) return;
  const [query] = queries.filter(({ masks }) => masks.some((mask) => mask.with === "hash"));
  if (query === undefined) return;
  throw new ConfigError([
    `MASK_SECRET is not set, but query "${query.name}" masks a column with "hash": set it, or choose another mask`,
  ]);
}

/** A value cannot be hashed without a key. */
function assertAuditSecret(config: Config, queries: readonly Query[]): void {
  if (config.auditLog.kind === "off" || config.auditSecret !== null) return;
  const query = queries.find(({ sensitive }) => sensitive.some(({ isHashed }) => isHashed));
  if (query === undefined) return;
  throw new ConfigError([
    `AUDIT_SECRET is not set, but query "${query.name}" has "@sensitive … hash": set it, or leave the value out`,
  ]);
}
