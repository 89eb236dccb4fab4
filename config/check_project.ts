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

/** @throws {ConfigError} with every setting that the project needs and that is missing */
export function assertServable(
  config: Config,
  { queries, routes, issuers }: ServedProject & { readonly issuers: readonly TrustedIssuer[] },
): void {
  const mistakes = [
    issuerMistake(issuers, [...queries, ...routes]),
    maskSecretMistake(config, queries),
    auditSecretMistake(config, queries),
  ].filter((mistake) => mistake !== null);
  if (mistakes.length > 0) throw new ConfigError(mistakes);
}

/** A route that needs a token cannot be served without an issuer. */
function issuerMistake(
  issuers: readonly TrustedIssuer[],
  routes: readonly { readonly access: Access }[],
): string | null {
  if (issuers.length > 0) return null;
  const guarded = routes.filter(({ access }) => access.kind === "scopes");
  if (guarded.length === 0) return null;
  const need = guarded.length === 1 ? "1 route needs" : `${guarded.length} routes need`;
  return `OIDC_ISSUER is not set, but ${need} a token: name the issuer, or make every route public`;
}

/** Hashes have to be the same in every replica, and tomorrow. */
function maskSecretMistake(config: Config, queries: readonly Query[]): string | null {
  if (config.maskSecret !== null) return null;
  const [query] = queries.filter(({ masks }) => masks.some((mask) => mask.with === "hash"));
  if (query === undefined) return null;
  return `MASK_SECRET is not set, but query "${query.name}" masks a column with "hash": set it, or choose another mask`;
}

/** A value cannot be hashed without a key. */
function auditSecretMistake(config: Config, queries: readonly Query[]): string | null {
  if (config.auditLog.kind === "off" || config.auditSecret !== null) return null;
  const query = queries.find(({ sensitive }) => sensitive.some(({ isHashed }) => isHashed));
  if (query === undefined) return null;
  return `AUDIT_SECRET is not set, but query "${query.name}" has "@sensitive … hash": set it, or leave the value out`;
}
