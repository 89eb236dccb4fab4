/**
 * The metrics of a failover to another data centre.
 *
 * @module
 */
import prometheus from "prom-client";
import type { ObservationOf } from "../../observation.ts";

export interface FailoverMetrics {
  datacenter(observation: ObservationOf<"datacenter">): void;
  statement(observation: ObservationOf<"failover_statement">): void;
}

/** The consistency levels that a statement can have. */
const LEVELS = [
  "ANY",
  "ONE",
  "TWO",
  "THREE",
  "QUORUM",
  "ALL",
  "LOCAL_QUORUM",
  "EACH_QUORUM",
  "LOCAL_ONE",
  "SERIAL",
  "LOCAL_SERIAL",
] as const;

/** Registers the metrics. @returns what feeds them */
export function createFailoverMetrics(register: prometheus.Registry): FailoverMetrics {
  const registers = [register];
  const inUse = new prometheus.Gauge({
    name: "cqlgate_cassandra_datacenter_in_use",
    help:
      "1 for the data centre that serves, 0 for the others of a failover; no series without failover",
    labelNames: ["datacenter"],
    registers,
  });
  const statements = new prometheus.Counter({
    name: "cqlgate_failover_statements_total",
    help:
      "Statements sent while another data centre served, by the consistency that they had there",
    labelNames: ["consistency"],
    registers,
  });
  for (const consistency of LEVELS) statements.inc({ consistency }, 0);
  return {
    datacenter({ inUse: name, datacenters }) {
      for (const datacenter of datacenters) {
        inUse.set({ datacenter }, datacenter === name ? 1 : 0);
      }
    },
    statement: ({ consistency }) => statements.inc({ consistency }),
  };
}
