/**
 * The cache of Cassandra's answers, and how often it is used.
 *
 * @module
 */
import prometheus from "prom-client";
import type { CacheOutcome, ObservationOf } from "../../observation.ts";
import type { CacheReading } from "../readings.ts";
import { createTallies, type Tally } from "../tally.ts";

export interface CacheMetrics {
  /** Starts the counters of queries with `@cache` at zero, if they have not begun. */
  start(queries: ObservationOf<"routes">["queries"]): void;
  read(observation: ObservationOf<"cached_read">): void;
}

/** @param read the current content of the cache; null before the service is put together */
export function createCacheMetrics(
  register: prometheus.Registry,
  read: () => CacheReading | null,
): CacheMetrics {
  const registers = [register];
  const reads = createTallies(register, {
    name: "cqlgate_cache_reads_total",
    help:
      "Reads of queries with @cache, by query name and whether they got a current answer from the cache, an old one, or asked Cassandra",
    labelNames: ["query", "outcome"],
  });
  new prometheus.Gauge({
    name: "cqlgate_cache_bytes",
    help: "Bytes that are kept for queries with @cache, CACHE_MAX_BYTES at most",
    registers,
    collect() {
      this.set(read()?.bytes ?? 0);
    },
  });
  new prometheus.Gauge({
    name: "cqlgate_cache_entries",
    help: "Answers that are kept for queries with @cache",
    registers,
    collect() {
      this.set(read()?.entries ?? 0);
    },
  });
  new prometheus.Counter({
    name: "cqlgate_cache_evictions_total",
    help:
      "Answers that were still good but had to go because the cache had reached CACHE_MAX_BYTES",
    registers,
    collect() {
      this.reset();
      this.inc(read()?.evicted ?? 0);
    },
  });
  const byQuery = new Map<string, Readonly<Record<CacheOutcome, Tally>>>();
  function talliesOf(query: string): Readonly<Record<CacheOutcome, Tally>> {
    const known = byQuery.get(query);
    if (known !== undefined) return known;
    const made = {
      hit: reads({ query, outcome: "hit" }),
      stale: reads({ query, outcome: "stale" }),
      miss: reads({ query, outcome: "miss" }),
    };
    byQuery.set(query, made);
    return made;
  }

  return {
    start(queries) {
      for (const { name, cached } of queries) if (cached) talliesOf(name);
    },
    read({ query, outcome }) {
      talliesOf(query)[outcome].value++;
    },
  };
}
