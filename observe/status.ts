/**
 * What the service last noticed of each thing that it depends on: the whole answer to "why is it not ready?".
 * For operators; nothing in it is a secret.
 *
 * @module
 */
import type { Observation, Observe, UnreachableQuery } from "./observation.ts";

export interface Status {
  readonly observe: Observe;
  /** Members are named as in all JSON of the service; times are in ISO 8601. */
  snapshot(): StatusSnapshot;
}

export interface StatusSnapshot {
  readonly status: "ready" | "not_ready";
  /** Why it is not ready; null while it is. */
  readonly reason: string | null;
  /** Since when that has been so. */
  readonly since: string;
  readonly draining: boolean;
  readonly cassandra: {
    readonly state: string;
    readonly reason: string | null;
    /** Which data centre serves, and since when; null where there is no failover. */
    readonly datacenter: {
      readonly in_use: string;
      readonly local: boolean;
      readonly since: string;
    } | null;
    readonly hosts: readonly {
      readonly address: string;
      readonly datacenter: string;
      readonly up: boolean;
    }[];
  };
  /** The queries that cannot be served at their consistency; null before any were served. */
  readonly unreachable: readonly UnreachableQuery[] | null;
  /** Null before any were served. */
  readonly queries: {
    readonly count: number;
    readonly served_since: string;
    /** The last migration that the release knows; null if it has none. */
    readonly migration: number | null;
  } | null;
  readonly issuers: readonly {
    readonly issuer: string;
    /** Whether the last fetch of its keys succeeded, and whether its tokens can be verified. */
    readonly fetched: boolean;
    readonly usable: boolean;
  }[];
  /** Whether the files of the queries are what is served, as they were read last; null before the first. */
  readonly reload: {
    readonly ok: boolean;
    /** Of the last attempt. */
    readonly at: string;
    /** Why they are not served. */
    readonly reason: string | null;
  } | null;
  /** How far the clock is ahead of the nodes', in milliseconds; `skew_ms` is null while it is unknown. */
  readonly clock: {
    readonly skew_ms: number | null;
    readonly uncertainty_ms: number | null;
    readonly max_skew_ms: number | null;
    readonly refuses_writes: boolean;
    /** By each node that was asked within the last minutes. */
    readonly nodes: readonly { readonly address: string; readonly skew_ms: number }[];
  };
  /** Null without a control file. */
  readonly control: {
    readonly applied: boolean;
    readonly read_only: boolean;
    readonly queries_off: number;
    readonly callers_off: number;
  } | null;
}

type Of<Kind extends Observation["kind"]> = Observation & { readonly kind: Kind };

/** @param now in milliseconds since 1970 */
export function createStatus(now: () => number = Date.now): Status {
  const isoNow = () => new Date(now()).toISOString();
  let readiness: {
    readonly ready: boolean;
    readonly reason: string | null;
    readonly since: string;
  } = { ready: false, reason: "it is starting", since: isoNow() };
  let connection: Of<"connection"> | null = null;
  let routes: { readonly of: Of<"routes">; readonly since: string } | null = null;
  let control: Of<"control"> | null = null;
  let datacenter: { readonly of: Of<"datacenter">; readonly since: string } | null = null;
  let clock: Of<"clock"> | null = null;
  let availability: Of<"availability"> | null = null;
  let reload: StatusSnapshot["reload"] = null;
  let isDraining = false;
  const issuers = new Map<string, Of<"issuer_keys">>();

  return {
    observe(observation) {
      switch (observation.kind) {
        case "readiness":
          readiness = { ...observation, since: isoNow() };
          return;
        case "connection":
          connection = observation;
          return;
        case "datacenter":
          datacenter = { of: observation, since: isoNow() };
          return;
        case "availability":
          availability = observation;
          return;
        case "routes":
          routes = { of: observation, since: isoNow() };
          return;
        case "issuer_keys":
          issuers.set(observation.issuer, observation);
          return;
        case "reload":
          reload = {
            ok: observation.succeeded,
            at: isoNow(),
            reason: observation.succeeded ? null : reasonOf(observation.cause),
          };
          return;
        case "clock":
          clock = observation;
          return;
        case "control":
          control = observation;
          return;
        case "shutdown":
          if (!isDraining) {
            readiness = { ready: false, reason: "it is shutting down", since: isoNow() };
          }
          isDraining = true;
          return;
      }
    },
    snapshot: () => ({
      status: readiness.ready ? "ready" : "not_ready",
      reason: readiness.reason,
      since: readiness.since,
      draining: isDraining,
      cassandra: {
        state: connection?.state ?? "connecting",
        reason: connection?.reason ?? null,
        datacenter: datacenter === null ? null : {
          in_use: datacenter.of.inUse,
          local: datacenter.of.isLocal,
          since: datacenter.since,
        },
        hosts: (connection?.hosts ?? []).map(({ address, datacenter, isUp }) => ({
          address,
          datacenter,
          up: isUp,
        })),
      },
      unreachable: availability?.unreachable ?? null,
      queries: routes === null ? null : {
        count: routes.of.queries.length,
        served_since: routes.since,
        migration: routes.of.migration,
      },
      issuers: [...issuers.values()].map(({ issuer, fetched, usable }) => ({
        issuer,
        fetched,
        usable,
      })),
      reload,
      clock: describeClock(clock),
      control: control === null ? null : {
        applied: control.applied,
        read_only: control.readOnly,
        queries_off: control.queries,
        callers_off: control.callers,
      },
    }),
  };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function describeClock(clock: Of<"clock"> | null): StatusSnapshot["clock"] {
  const skew = clock?.skew ?? null;
  return {
    skew_ms: skew === null ? null : Math.round(skew.likelyMs),
    uncertainty_ms: skew === null ? null : Math.ceil(skew.uncertaintyMs),
    max_skew_ms: clock === null || clock.maxSkewMs === 0 ? null : clock.maxSkewMs,
    refuses_writes: clock?.refuses ?? false,
    nodes: (clock?.nodes ?? []).map(({ address, skew: { likelyMs } }) => ({
      address,
      skew_ms: Math.round(likelyMs),
    })),
  };
}
