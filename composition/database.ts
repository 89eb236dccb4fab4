/**
 * The way to Cassandra: the one session of the process, and what runs statements on it.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { Availability } from "../db/availability/availability.ts";
import { Session } from "../db/driver/session.ts";
import { createExecutor, type Executor } from "../db/run/execute.ts";
import { createCursorTable, type CursorTable } from "../db/schema/cursor_table.ts";
import { CachedReads } from "../db/share/cached_reads.ts";
import { createHotSpots, type HotSpots } from "../observe/hot/hot_spots.ts";
import { createKeyHash } from "../observe/key_hash.ts";
import type { Observe } from "../observe/observation.ts";

export interface Database {
  readonly session: Session;
  readonly availability: Availability;
  readonly executor: Executor;
  readonly cachedReads: CachedReads;
  readonly hotSpots: HotSpots;
  readonly cursorTable: CursorTable;
}

export interface DatabaseOptions {
  readonly observe: Observe;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Connects to nothing yet: the session does once it is opened. */
export function createDatabase(config: Config, { observe, now }: DatabaseOptions): Database {
  const { consistency, maxPageBytes } = config;
  const session = new Session({ ...config, observe, now });
  const availability = new Availability({ session, consistency, observe });
  const hashKey = createKeyHash(config.cursorKeys[0]!);
  const hotSpots = createHotSpots(hashKey, now);
  const cachedReads = new CachedReads({ maxBytes: config.cacheMaxBytes, observe });
  const executor = createExecutor({
    session,
    availability,
    observe,
    slowQueries: { thresholdMs: config.slowQueryMs, hashKey },
    hotSpots,
    cachedReads,
    maxPageBytes,
  });
  const cursorTable = createCursorTable(session, config.keyspace);
  return { session, availability, executor, cachedReads, hotSpots, cursorTable };
}
