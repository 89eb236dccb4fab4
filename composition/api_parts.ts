/**
 * What the API is made of beside its routes, by the settings: it outlives every change of the routes.
 *
 * @module
 */
import type { AuditLog } from "../audit/audit_log.ts";
import type { Config } from "../config/config.ts";
import { certificateOf } from "../config/replaceable.ts";
import type { TrustedIssuer } from "../config/trusted_issuer.ts";
import { createTextHash } from "../db/prepare/rows/conceal.ts";
import type { HotSpots } from "../observe/hot/hot_spots.ts";
import type { Observe } from "../observe/observation.ts";
import { createAddresses } from "../routes/addresses.ts";
import type { AppOptions } from "../routes/app.ts";
import { createPossession } from "../routes/auth/proof/possession.ts";
import { createTokenAuthenticator } from "../routes/auth/token_authenticator.ts";
import type { ControlFile } from "../routes/control/control_file.ts";
import { createOriginPolicy } from "../routes/cors/origin_policy.ts";
import { createDocsResources } from "../routes/docs/docs_resources.ts";
import { createSeeds } from "../routes/generate/seed.ts";
import { createTickClock } from "../routes/generate/tick_clock.ts";
import { createAddressReader, createPeerTrust } from "../routes/load/client_address.ts";
import { createLoad } from "../routes/load/load.ts";
import { createSecureHeaders } from "../routes/middleware/security_headers.ts";
import { createCallerNote } from "../routes/middleware/note_caller.ts";
import { createCassandraTracing } from "../routes/middleware/trace_cassandra.ts";
import { createQuotas } from "../routes/quota/quotas.ts";
import { Alarms } from "../runtime/alarms.ts";

/** All that an application needs but its routes, Cassandra, and whether it is ready. */
export type ApiParts = Omit<
  AppOptions,
  "prepared" | "handwritten" | "executor" | "cursors" | "unreadiness"
>;

export interface ApiPartsOptions {
  readonly observe: Observe;
  readonly issuers: readonly TrustedIssuer[];
  /** Null if nothing is put on record. */
  readonly audit: AuditLog | null;
  /** Null if there is no control file. */
  readonly control: ControlFile | null;
  readonly hotSpots: HotSpots;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Begins nothing that would have to end: the authenticator asks nobody before it is warmed up or used. */
export function createApiParts(config: Config, options: ApiPartsOptions): ApiParts {
  const { observe, issuers, audit, control, hotSpots, now } = options;
  const addresses = createAddresses(config);
  const addressOf = createAddressReader(config.trustedProxies);
  const alarms = new Alarms();
  return {
    about: {
      title: config.apiTitle,
      version: config.apiVersion,
      description: config.apiDescription,
    },
    addresses,
    origins: createOriginPolicy(config.corsOrigins),
    secure: secureHeadersOf(config),
    docs: config.docs === "off" ? null : createDocsResources({ issuers, ...config }, observe),
    hash: config.maskSecret === null ? null : createTextHash(config.maskSecret),
    seeds: createSeeds(createTickClock(now)),
    idempotency: { secrets: config.idempotencySecrets, windowMs: config.idempotencyWindowMs },
    authenticator: issuers.length === 0 ? null : createTokenAuthenticator({ issuers, observe }),
    possession: createPossession({
      ...config,
      addresses,
      secrets: config.cursorKeys,
      addressOf,
      isTrustedProxy: createPeerTrust(config.trustedProxies),
    }),
    issuers: issuers.map(({ issuer }) => issuer),
    control,
    noteCaller: createCallerNote(hotSpots, config.tenantClaim),
    cassandraTracing: createCassandraTracing(config.cassandraTraceScope),
    quotas: createQuotas({ ...config, addressOf }),
    load: createLoad(config),
    addressOf,
    headLimits: config,
    bodyLimits: {
      maxBytes: config.maxBodyBytes,
      timeoutMs: config.bodyTimeoutMs,
      alarms,
    },
    handlerLimit: { timeoutMs: config.handlerTimeoutMs, alarms },
    stallTimeoutMs: config.stallTimeoutMs,
    auditing: audit === null ? null : { log: audit, addressOf, hashKey: config.auditSecret },
    observe,
  };
}

function secureHeadersOf(config: Config) {
  const { corsOrigins, publicUrl, hstsMaxAgeSeconds } = config;
  const isHttps = certificateOf(config) !== null || (publicUrl?.startsWith("https:") ?? false);
  return createSecureHeaders({
    isOpenToAll: corsOrigins.some(({ kind }) => kind === "any"),
    hstsMaxAgeSeconds: isHttps && hstsMaxAgeSeconds > 0 ? hstsMaxAgeSeconds : null,
  });
}
