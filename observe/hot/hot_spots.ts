/**
 * Where the load comes from, and where it goes: the partitions that each query's statements ask for most,
 * and the callers and tenants that keep Cassandra busy longest. Of the current minute, and of the minute before.
 *
 * A fixed number of each is tracked, so nothing that callers choose can make it grow. Keys of partitions
 * are kept as they are until somebody asks, and then shown as keyed hashes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type HeaviestReading, RANKS } from "../metrics/readings.ts";
import type { KeyHash } from "../key_hash.ts";
import { round } from "../log/round.ts";
import { HeavyHitters } from "./heavy_hitters.ts";

const WINDOW_MS = 60_000;
const TRACKED = 64;
const SHOWN = 10;
/** The queries with the most statements. */
const SHOWN_QUERIES = 50;
/** This many statements of a query are counted each minute; of the rest, one in eight counts as eight. */
const COUNTED = 1_000;
const SAMPLED = 8;
/** Longer keys are kept as hashes. */
const MAX_KEY_BYTES = 128;

/** Who made a request. */
export interface CallerNames {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string | null;
  /** The value of the claim that names tenants; null without one. */
  readonly tenant: string | null;
}

/** The same in the form that is counted: made once for all requests of a caller. */
export interface HotCaller {
  readonly caller: string;
  readonly tenant: string | null;
}

export function hotCallerOf({ issuer, subject, clientId, tenant }: CallerNames): HotCaller {
  return {
    caller: JSON.stringify([issuer, subject, clientId]),
    tenant: tenant === null ? null : JSON.stringify([issuer, tenant]),
  };
}

export interface HotSpots {
  /** @param key as the partitioner hashes it */
  notePartition(query: string, key: Buffer): void;
  /** @param cassandraMs how long the request waited for Cassandra */
  noteCaller(caller: HotCaller, cassandraMs: number): void;
  /** How long the heaviest kept Cassandra busy in the last full minute, the heaviest first. */
  heaviest(): HeaviestReading;
  /** Members are named as in all JSON of the service; times are in ISO 8601. */
  snapshot(): HotSpotsSnapshot;
}

export interface HotSpotsSnapshot {
  readonly current: WindowSnapshot;
  /** Null in the first minute, and after a minute without a request. */
  readonly previous: WindowSnapshot | null;
}

interface WindowSnapshot {
  readonly since: string;
  readonly partitions: readonly {
    readonly query: string;
    readonly statements: number;
    readonly hottest: readonly {
      readonly key: string;
      readonly statements: number;
      readonly at_least: number;
    }[];
  }[];
  readonly callers: readonly (HeaviestSnapshot & {
    readonly iss: string;
    readonly sub: string;
    readonly client_id: string | null;
  })[];
  readonly tenants: readonly (HeaviestSnapshot & {
    readonly iss: string;
    readonly tenant: string;
  })[];
}

interface HeaviestSnapshot {
  readonly cassandra_ms: number;
  readonly at_least_ms: number;
  readonly requests: number;
}

/** The partitions of one query. */
interface HotKeys {
  statements: number;
  readonly keys: HeavyHitters;
}

interface Window {
  /** In milliseconds since 1970. */
  readonly since: number;
  readonly partitions: Map<string, HotKeys>;
  readonly callers: HeavyHitters;
  readonly tenants: HeavyHitters;
}

/** @param now in milliseconds since 1970 */
export function createHotSpots(hashKey: KeyHash, now: () => number = Date.now): HotSpots {
  let current = openWindow(now());
  let previous: Window | null = null;

  function window(): Window {
    const at = now();
    const ageMs = at - current.since;
    if (ageMs >= 0 && ageMs < WINDOW_MS) return current;
    // A clock that was set back begins anywhere.
    previous = ageMs >= WINDOW_MS && ageMs < 2 * WINDOW_MS ? current : null;
    return current = openWindow(at);
  }

  function snapshotOf({ since, partitions, callers, tenants }: Window): WindowSnapshot {
    const queries = [...partitions].sort(([, one], [, other]) => other.statements - one.statements);
    return {
      since: new Date(since).toISOString(),
      partitions: queries.slice(0, SHOWN_QUERIES).map(([query, { statements, keys }]) => ({
        query,
        statements,
        hottest: keys.top(SHOWN).map(({ key, weight, error }) => ({
          key: shownKey(key, hashKey),
          statements: weight,
          at_least: weight - error,
        })),
      })),
      callers: callers.top(SHOWN).map(({ key, ...heaviest }) => {
        const [iss, sub, client_id] = JSON.parse(key) as [string, string, string | null];
        return { iss, sub, client_id, ...heaviestSnapshot(heaviest) };
      }),
      tenants: tenants.top(SHOWN).map(({ key, ...heaviest }) => {
        const [iss, tenant] = JSON.parse(key) as [string, string];
        return { iss, tenant, ...heaviestSnapshot(heaviest) };
      }),
    };
  }

  return {
    notePartition(query, key) {
      const { partitions } = window();
      let hot = partitions.get(query);
      if (hot === undefined) {
        hot = { statements: 0, keys: new HeavyHitters(TRACKED) };
        partitions.set(query, hot);
      }
      const isCounted = hot.statements++ < COUNTED;
      if (!isCounted && Math.random() * SAMPLED >= 1) return;
      hot.keys.add(keptKey(key, hashKey), isCounted ? 1 : SAMPLED);
    },
    noteCaller({ caller, tenant }, cassandraMs) {
      const { callers, tenants } = window();
      callers.add(caller, cassandraMs);
      if (tenant !== null) tenants.add(tenant, cassandraMs);
    },
    heaviest() {
      window();
      const weightsOf = (hitters: HeavyHitters | undefined) =>
        (hitters?.top(RANKS) ?? []).map(({ weight }) => weight);
      return { caller: weightsOf(previous?.callers), tenant: weightsOf(previous?.tenants) };
    },
    snapshot() {
      const recent = window();
      return {
        current: snapshotOf(recent),
        previous: previous === null ? null : snapshotOf(previous),
      };
    },
  };
}

function openWindow(since: number): Window {
  return {
    since,
    partitions: new Map(),
    callers: new HeavyHitters(TRACKED),
    tenants: new HeavyHitters(TRACKED),
  };
}

/** The bytes themselves are cheap to keep and to compare; a hash for each statement is not. */
function keptKey(key: Buffer, hashKey: KeyHash): string {
  return key.length > MAX_KEY_BYTES ? `#${hashKey(key)}` : `=${key.toString("latin1")}`;
}

function shownKey(kept: string, hashKey: KeyHash): string {
  return kept.startsWith("#") ? kept.slice(1) : hashKey(Buffer.from(kept.slice(1), "latin1"));
}

function heaviestSnapshot(
  { weight, error, hits }: { weight: number; error: number; hits: number },
): HeaviestSnapshot {
  return { cassandra_ms: round(weight), at_least_ms: round(weight - error), requests: hits };
}
