/**
 * Tokens and their issuers: how many tokens are remembered, and whether keys can be fetched.
 *
 * @module
 */
import prometheus from "prom-client";
import type { Readings } from "../readings.ts";

export interface IdentityMetrics {
  /** Starts the counters of these issuers at zero. */
  start(issuers: readonly string[]): void;
  keysFetched(issuer: string, isOk: boolean): void;
  /** Whether an issuer could be asked the last time. */
  setUp(issuer: string, isUp: boolean): void;
}

const FETCH_RESULTS = ["ok", "failed"] as const;
const LOOKUPS = [["hit", "hits"], ["miss", "misses"], ["shared", "shared"]] as const;

export function createIdentityMetrics(
  register: prometheus.Registry,
  tokenCache: Readings["tokenCache"],
): IdentityMetrics {
  const registers = [register];
  const issuersUp = new prometheus.Gauge({
    name: "cqlgate_issuer_up",
    help: "1 if the last attempt to reach an issuer, or to read its key file, succeeded, else 0",
    labelNames: ["issuer"],
    registers,
  });
  const fetches = new prometheus.Counter({
    name: "cqlgate_issuer_key_fetches_total",
    help: "Attempts to fetch the keys of an issuer, or to read them from its file, by result",
    labelNames: ["issuer", "result"],
    registers,
  });
  new prometheus.Counter({
    name: "cqlgate_token_cache_lookups_total",
    help:
      "Tokens of requests that were remembered (hit), were verified (miss), or were being verified for another request (shared)",
    labelNames: ["result"],
    registers,
    collect() {
      const reading = tokenCache();
      this.reset();
      for (const [result, name] of LOOKUPS) this.inc({ result }, reading?.[name] ?? 0);
    },
  });
  readCache("entries", "Tokens that are remembered");
  readCache("bytes", "Memory that remembered tokens take, as estimated from their claims");

  function readCache(what: "entries" | "bytes", help: string): void {
    new prometheus.Gauge({
      name: `cqlgate_token_cache_${what}`,
      help,
      registers,
      collect() {
        this.set(tokenCache()?.[what] ?? 0);
      },
    });
  }

  return {
    start(issuers) {
      for (const issuer of issuers) {
        for (const result of FETCH_RESULTS) fetches.inc({ issuer, result }, 0);
      }
    },
    keysFetched: (issuer, isOk) => fetches.inc({ issuer, result: isOk ? "ok" : "failed" }),
    setUp: (issuer, isUp) => issuersUp.set({ issuer }, isUp ? 1 : 0),
  };
}
