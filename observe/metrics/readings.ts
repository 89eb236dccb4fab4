/**
 * State that is read when Prometheus asks, rather than reported as it happens: it changes with every request,
 * and only its value at that time is of interest.
 *
 * @module
 */

import type { Code } from "../../errors/codes.ts";

export interface Readings {
  /** The connections to Cassandra; empty while there are none. */
  pools(): readonly PoolReading[];
  /** The cache of verified tokens; null if every route is public. */
  tokenCache(): TokenCacheReading | null;
  /** How busy the process is; null before the service is put together. */
  load(): LoadReading | null;
  /** Statements that were sent to Cassandra more than once; null before the service is put together. */
  attempts(): AttemptsReading | null;
  /** How long the heaviest callers and tenants kept Cassandra busy, the heaviest first. */
  heaviest(): HeaviestReading;
  /** The cache for queries with `@cache`; null before the service is put together. */
  cache(): CacheReading | null;
  /** Events that are not in the audit log yet; 0 without one. */
  auditQueue(): number;
}

/** Numbers since the start. A further attempt is refused if no budget is left. */
export interface AttemptsReading {
  readonly retries: { readonly sent: number; readonly refused: number };
  /** Statements that were sent to a second node and have ended: it was the first to answer, or it was not. */
  readonly speculative: { readonly won: number; readonly lost: number; readonly refused: number };
}

/** Requests under way now, and refusals since the start. */
export interface LoadReading {
  /** Point requests that may be served at once. */
  readonly limit: number;
  readonly served: number;
  readonly queued: number;
  /** Refusals that have not gone out yet. */
  readonly held: number;
  readonly streams: Readonly<Record<"stream" | "upload", number>>;
  readonly unreadBytes: number;
  /** By the code of the answer. */
  readonly shed: Readonly<Partial<Record<Code, number>>>;
}

/** How many of the heaviest callers and tenants are told. */
export const RANKS = 10;

/** Milliseconds of the last full minute, one for each rank at most. */
export interface HeaviestReading {
  readonly caller: readonly number[];
  readonly tenant: readonly number[];
}

/** The connections to the nodes of one data centre. */
export interface PoolReading {
  readonly datacenter: string;
  readonly connections: number;
  /** Statements that were sent and have no answer yet. */
  readonly inFlight: number;
}

/** Numbers since the start, and the current size. */
export interface TokenCacheReading {
  readonly hits: number;
  readonly misses: number;
  /** Tokens that were being verified for another request already. */
  readonly shared: number;
  readonly entries: number;
  readonly bytes: number;
}

/** The current size of the cache, and how many answers had to make room since the start. */
export interface CacheReading {
  readonly entries: number;
  readonly bytes: number;
  readonly evicted: number;
}

/** Before the service is put together. */
export const NOTHING_TO_READ: Readings = {
  pools: () => [],
  tokenCache: () => null,
  load: () => null,
  attempts: () => null,
  heaviest: () => ({ caller: [], tenant: [] }),
  cache: () => null,
  auditQueue: () => 0,
};
