/**
 * How much of the load the heaviest callers and tenants cause, by rank. The operator's port tells who they are;
 * a label does not.
 *
 * @module
 */
import prometheus from "prom-client";
import { RANKS, type Readings } from "../readings.ts";

export function registerHeaviestMetrics(
  register: prometheus.Registry,
  read: Readings["heaviest"],
): void {
  new prometheus.Gauge({
    name: "cqlgate_heaviest_cassandra_seconds",
    help:
      "Cassandra's time for the heaviest callers and tenants in the last full minute, by rank; GET /debug/hot on ADMIN_PORT names them",
    labelNames: ["of", "rank"],
    registers: [register],
    collect() {
      const reading = read();
      for (const kind of ["caller", "tenant"] as const) {
        for (let rank = 1; rank <= RANKS; rank++) {
          this.set({ of: kind, rank: `${rank}` }, (reading[kind][rank - 1] ?? 0) / 1000);
        }
      }
    },
  });
}
