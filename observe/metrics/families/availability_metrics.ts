/**
 * The metrics of queries that can or cannot be served.
 *
 * @module
 */
import prometheus from "prom-client";
import type { ObservationOf } from "../../observation.ts";

/** Registers the metrics. @returns what feeds them */
export function createAvailabilityMetrics(
  register: prometheus.Registry,
): (observation: ObservationOf<"availability">) => void {
  const unreachableQueries = new prometheus.Gauge({
    name: "cqlgate_unreachable_queries",
    help: "Queries that cannot be served at their consistency, for all partitions or for some",
    labelNames: ["partitions"],
    registers: [register],
  });
  const set = (unreachable: ObservationOf<"availability">["unreachable"]) => {
    for (const share of ["all", "some"] as const) {
      const count = unreachable.filter(({ partitions }) => partitions === share).length;
      unreachableQueries.set({ partitions: share }, count);
    }
  };
  set([]);
  return ({ unreachable }) => set(unreachable);
}
