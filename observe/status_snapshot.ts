/**
 * The answer to "why is it not ready?", and the record that it is made from.
 *
 * @module
 */
import type { ObservationOf, UnreachableQuery } from "./observation.ts";

/** Members are named as in all JSON of the service; times are in ISO 8601. */
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
    /** Which data centre serves, and since when; null without a failover. */
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
  /** Whether the query files are served as they were last read; null before they are first read. */
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

/** The last observation of each thing that the service depends on; null before the first. */
export interface LastSeen {
  readiness: { readonly ready: boolean; readonly reason: string | null; readonly since: string };
  connection: ObservationOf<"connection"> | null;
  routes: { readonly of: ObservationOf<"routes">; readonly since: string } | null;
  control: ObservationOf<"control"> | null;
  datacenter: { readonly of: ObservationOf<"datacenter">; readonly since: string } | null;
  clock: ObservationOf<"clock"> | null;
  availability: ObservationOf<"availability"> | null;
  reload: StatusSnapshot["reload"];
  isDraining: boolean;
  readonly issuers: Map<string, ObservationOf<"issuer_keys">>;
}

export function snapshotOf(seen: LastSeen): StatusSnapshot {
  const { readiness, control } = seen;
  return {
    status: readiness.ready ? "ready" : "not_ready",
    reason: readiness.reason,
    since: readiness.since,
    draining: seen.isDraining,
    cassandra: describeCassandra(seen),
    unreachable: seen.availability?.unreachable ?? null,
    queries: describeQueries(seen),
    issuers: [...seen.issuers.values()].map(({ issuer, fetched, usable }) => ({
      issuer,
      fetched,
      usable,
    })),
    reload: seen.reload,
    clock: describeClock(seen),
    control: control === null ? null : {
      applied: control.applied,
      read_only: control.readOnly,
      queries_off: control.queries,
      callers_off: control.callers,
    },
  };
}

function describeCassandra({ connection, datacenter }: LastSeen): StatusSnapshot["cassandra"] {
  return {
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
  };
}

function describeQueries({ routes }: LastSeen): StatusSnapshot["queries"] {
  return routes === null ? null : {
    count: routes.of.queries.length,
    served_since: routes.since,
    migration: routes.of.migration,
  };
}

function describeClock({ clock }: LastSeen): StatusSnapshot["clock"] {
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
