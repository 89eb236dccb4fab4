/**
 * Everything that the service notices about itself, as one union. Each fact is reported once, as an
 * observation; `metrics.ts` and `log.ts` turn it into numbers and lines. Nothing in it is a secret.
 *
 * @module
 */
import type { Code } from "../errors/codes.ts";

export type ConnectionState = "connecting" | "up" | "down" | "closed";

/** A quota, by what it limits and by its name. */
export interface QuotaName {
  /** The name of the query, or the method and path of a hand-written route. */
  readonly query: string;
  /** Such as `requests/s per caller`. */
  readonly policy: string;
}

/** A route, and how requests to it can end. */
export interface Endpoint {
  readonly method: string;
  /** The template. */
  readonly route: string;
  readonly outcomes: readonly {
    readonly status: number;
    /** Null without an error. */
    readonly code: Code | null;
  }[];
}

/** A node of Cassandra, as this process sees it. */
export interface HostState {
  /** `address:port`. */
  readonly address: string;
  readonly datacenter: string;
  readonly isUp: boolean;
}

/** How far the clock of this process is from another, in milliseconds; positive where it is ahead. */
export interface ClockSkew {
  /** The likeliest distance, and how far from it the true distance may be. */
  readonly likelyMs: number;
  readonly uncertaintyMs: number;
  /** The part of it that is beyond doubt; zero if the clocks may agree. */
  readonly certainMs: number;
}

/** Why a statement failed, where operators need to know more than its code says. */
export type StatementFailure =
  /** The time that the request had was up. */
  | "deadline"
  /** Cassandra's own time for its replicas was up. */
  | "read_timeout"
  | "write_timeout"
  /** One of Cassandra's guardrails refused it. */
  | "guardrail";

/** What a cache had for a read: an answer, a stale one, or none. */
export type CacheOutcome = "hit" | "stale" | "miss";

/** What a statement took. */
export interface StatementCost {
  /** From the last time that it was sent until its answer, in milliseconds: the node and the network. */
  readonly serverMs: number;
  /** How often it was sent; zero if it never was. */
  readonly attempts: number;
  /** How often a node that had forgotten it prepared it again first. */
  readonly preparedAgain: number;
  /** Rows that it carried to be written: the rows of a batch, or a single one; zero if it reads. */
  readonly rowsSent: number;
  /** Of its values. */
  readonly bytesSent: number;
  readonly rowsReceived: number;
  /** Of the rows, as Cassandra sends them. */
  readonly bytesReceived: number;
}

/** A query that cannot be served at its consistency. */
export interface UnreachableQuery {
  readonly query: string;
  readonly consistency: string;
  /** Whether that is so for all partitions, wherever they lie in the ring. */
  readonly partitions: "all" | "some";
}

/** The names of queries that differ from those that were served before. */
export interface QueryChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export type Observation =
  /** A request was answered, or its caller left. Durations are in milliseconds. */
  | {
    readonly kind: "request";
    readonly method: string;
    /** The template, such as `/stations/{station_id}`; `unmatched` where no route fits. */
    readonly route: string;
    /** The query that the parameters chose, where several share the route; else null. */
    readonly query: string | null;
    readonly status: number;
    /** False if the answer broke off after its headers, or its caller left. */
    readonly completed: boolean;
    readonly durationMs: number;
    readonly cassandraMs: number;
    readonly requestId: string;
    /** The caller: an issuer, and its name for the caller. */
    readonly issuer: string | null;
    readonly subject: string | null;
    readonly clientId: string | null;
    readonly code: Code | null;
    /** The quota that refused it; else null. */
    readonly policy: string | null;
    /** The cause of a 5xx, for the operator. */
    readonly cause: unknown;
  }
  | { readonly kind: "request_started" }
  | { readonly kind: "request_finished" }
  | {
    readonly kind: "statement";
    readonly query: string;
    readonly durationMs: number;
    /** `ok`, or the code that its error was mapped to. */
    readonly outcome: "ok" | Code;
    /** Null unless it failed in one of these ways. */
    readonly failure: StatementFailure | null;
    readonly cost: StatementCost;
  }
  /** The number of reads that got the answer of a statement that was sent for another read. */
  | { readonly kind: "shared_reads"; readonly query: string; readonly count: number }
  /** A read of a query with `@cache`: it got a cached answer, fresh or stale, or asked Cassandra. */
  | {
    readonly kind: "cached_read";
    readonly query: string;
    readonly outcome: CacheOutcome;
  }
  /** A statement took longer than it should. */
  | {
    readonly kind: "slow_query";
    readonly query: string;
    readonly durationMs: number;
    readonly outcome: "ok" | Code;
    readonly cost: StatementCost;
    /** `address:port` of the node of the last attempt; null if there was none. */
    readonly coordinator: string | null;
    readonly consistency: string | null;
    /** A keyed hash of its partition key; null if it is not about a single, known partition. */
    readonly key: string | null;
    /** Null for a statement that no request asked for. */
    readonly requestId: string | null;
    /** Null where nothing is traced. */
    readonly traceId: string | null;
  }
  /** Cassandra traced a statement. */
  | {
    readonly kind: "cassandra_trace";
    readonly query: string;
    /** The `session_id` of its rows in `system_traces`. */
    readonly session: string;
    readonly coordinator: string | null;
    readonly requestId: string | null;
  }
  /** A bulk request has written what it could. */
  | {
    readonly kind: "bulk";
    readonly query: string;
    readonly requestId: string;
    /** The last line that was read, then how many lines were written, and how many not. */
    readonly read: number;
    readonly written: number;
    readonly failed: number;
    /** Why the service read no further; null if it read all. */
    readonly stopped: string | null;
    /** False if the upload broke off. */
    readonly completed: boolean;
    /** What broke the upload off, or the cause of the first failure that is not the sender's mistake. */
    readonly cause: unknown;
  }
  | {
    readonly kind: "connection";
    readonly state: ConnectionState;
    /** Nodes of the local data centre that are up. */
    readonly hostsUp: number;
    /** Every node that the driver knows, of all data centres. */
    readonly hosts: readonly HostState[];
    /** Why it is not up, where that is known. */
    readonly reason: string | null;
    /** Milliseconds until the next attempt, where one is planned. */
    readonly retryInMs: number | null;
  }
  /** Which queries cannot be served, since too few replicas are up; said again when it changes. */
  | { readonly kind: "availability"; readonly unreachable: readonly UnreachableQuery[] }
  /** Which data centre serves from now on, where there may be a failover. */
  | {
    readonly kind: "datacenter";
    readonly inUse: string;
    readonly isLocal: boolean;
    /** The local data centre, and those of a failover. */
    readonly datacenters: readonly string[];
  }
  /** A statement is sent while another data centre serves. */
  | { readonly kind: "failover_statement"; readonly consistency: string }
  | {
    readonly kind: "readiness";
    readonly ready: boolean;
    readonly reason: string | null;
    /** Whether all that is missing is `migrate`. */
    readonly awaitsMigrations: boolean;
  }
  /** Queries are prepared and served. */
  | {
    readonly kind: "routes";
    readonly queries: readonly {
      readonly name: string;
      readonly bulk: boolean;
      readonly cached: boolean;
    }[];
    /** The routes that are deprecated, with templates as paths. */
    readonly deprecated: readonly { readonly method: string; readonly path: string }[];
    /** The last migration that the release knows; null if it has none. */
    readonly migration: number | null;
    readonly durationMs: number;
  }
  /** The files were read, and are served now. */
  | {
    readonly kind: "reload";
    readonly succeeded: true;
    /** Whether nothing was served before. */
    readonly isFirst: boolean;
    readonly changes: QueryChanges;
  }
  /** They are not served, and those from before still are. */
  | { readonly kind: "reload"; readonly succeeded: false; readonly cause: unknown }
  /** A deprecated route was called, with a valid token if it needs one. */
  | {
    readonly kind: "deprecated_use";
    readonly method: string;
    /** The template. */
    readonly route: string;
    readonly issuer: string | null;
    readonly clientId: string | null;
  }
  /** The keys of an issuer were fetched or read from their file, or could not be. */
  | {
    readonly kind: "issuer_keys";
    readonly issuer: string;
    readonly fetched: boolean;
    /** Whether tokens of the issuer can be verified: with these keys, or with those from before. */
    readonly usable: boolean;
    /** Why they could not be. */
    readonly cause: unknown;
  }
  /** The routes that are served from now on, and all that is known ahead of their answers. */
  | { readonly kind: "endpoints"; readonly routes: readonly Endpoint[] }
  /** The issuers whose tokens are taken and whose keys are fetched. */
  | { readonly kind: "issuers"; readonly issuers: readonly string[] }
  /** The quotas that requests are held against from now on. */
  | { readonly kind: "quotas"; readonly quotas: readonly QuotaName[] }
  /** A quota refused a request. */
  | ({ readonly kind: "rate_limited" } & QuotaName)
  /** An issuer answers about opaque tokens again, or no longer. */
  | {
    readonly kind: "introspection";
    readonly issuer: string;
    readonly up: boolean;
    readonly cause: unknown;
  }
  /** The control file says something new, or cannot be used. */
  | {
    readonly kind: "control";
    /** Whether it applies; if not, its previous content still does. */
    readonly applied: boolean;
    /** What holds now: whether writes are off, and how many queries and callers. */
    readonly readOnly: boolean;
    readonly queries: number;
    readonly callers: number;
    /** Why it does not apply. */
    readonly cause: unknown;
  }
  /** Whether what files say now is in use; if not, what they said before still is. */
  | { readonly kind: "files"; readonly of: ReplaceableFiles; readonly ok: boolean }
  /** The API's certificate is in use, until `expiresAt` in milliseconds since 1970 or a newer one. */
  | { readonly kind: "certificate"; readonly expiresAt: number }
  /** A query no longer fits the schema: its markers, and it was not run, or the columns of its result. */
  | { readonly kind: "schema_drift"; readonly query: string; readonly detail: string }
  /** Cassandra warned of a statement that it ran. */
  | {
    readonly kind: "server_warning";
    readonly query: string;
    /** The kind of the warning, in words: `many tombstones`. */
    readonly about: string;
    /** Whether one of Cassandra's guardrails warns. */
    readonly isGuardrail: boolean;
  }
  /** The driver reports an error that no statement fails with. */
  | {
    readonly kind: "driver_error";
    /** The part of the driver that it comes from. */
    readonly source: string;
    readonly message: string;
    readonly cause: unknown;
  }
  /** The audit log was written to, or could not be. */
  | {
    readonly kind: "audit";
    /** Events that were written, and events that were dropped as the queue was full. */
    readonly written: number;
    readonly dropped: number;
    /** Why it could not be written, or takes too long; undefined if it could. */
    readonly failure: unknown;
  }
  /** The clock of this process was compared with the clocks of the nodes. */
  | {
    readonly kind: "clock";
    /** From the median of the nodes; null while it is unknown. */
    readonly skew: ClockSkew | null;
    /** From each node that was asked within the last minutes. */
    readonly nodes: readonly { readonly address: string; readonly skew: ClockSkew }[];
    /** Beyond it nothing is written; zero for no bound. */
    readonly maxSkewMs: number;
    /** Whether it is beyond it. */
    readonly refuses: boolean;
  }
  /** A sample of how late timers fire. */
  | { readonly kind: "event_loop"; readonly delayMs: number }
  /** `project` is the whole path of its folder. */
  | {
    readonly kind: "listening";
    readonly url: string;
    readonly adminUrl: string;
    readonly project: string;
  }
  | { readonly kind: "shutdown"; readonly step: string }
  /** Worth knowing, and as it should be. */
  | { readonly kind: "notice"; readonly message: string }
  | { readonly kind: "warning"; readonly message: string; readonly cause: unknown };

/** The files that may be replaced while the service runs, by what is in them. */
export const REPLACEABLE_FILES = ["api_certificate", "cassandra_credentials"] as const;
export type ReplaceableFiles = typeof REPLACEABLE_FILES[number];

/** The observations of one kind. */
export type ObservationOf<Kind extends Observation["kind"]> = Observation & { readonly kind: Kind };

/** Takes an observation. Never throws and never waits. */
export type Observe = (observation: Observation) => void;
