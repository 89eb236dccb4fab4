/**
 * The metrics of this process's clock, compared with the clocks of Cassandra's nodes.
 *
 * @module
 */
import prometheus from "prom-client";
import type { ObservationOf } from "../../observation.ts";

/** Registers the metrics. @returns what feeds them */
export function createClockMetrics(
  register: prometheus.Registry,
): (observation: ObservationOf<"clock">) => void {
  const registers = [register];
  const skewSeconds = new prometheus.Gauge({
    name: "cqlgate_clock_skew_seconds",
    help: "How far this clock is ahead of the nodes' by their median; NaN while that is unknown",
    registers,
  });
  const uncertaintySeconds = new prometheus.Gauge({
    name: "cqlgate_clock_skew_uncertainty_seconds",
    help: "How far the true skew may be from cqlgate_clock_skew_seconds; NaN while that is unknown",
    registers,
  });
  const nodes = new prometheus.Gauge({
    name: "cqlgate_clock_nodes",
    help: "Nodes whose clocks were compared within the last five minutes",
    registers,
  });
  const ok = new prometheus.Gauge({
    name: "cqlgate_clock_ok",
    help:
      "0 while writes are refused because the clock is off by more than MAX_CLOCK_SKEW_MS, else 1",
    registers,
  });
  skewSeconds.set(NaN);
  uncertaintySeconds.set(NaN);
  nodes.set(0);
  ok.set(1);
  return ({ skew, nodes: compared, refuses }) => {
    skewSeconds.set(skew === null ? NaN : skew.likelyMs / 1000);
    uncertaintySeconds.set(skew === null ? NaN : skew.uncertaintyMs / 1000);
    nodes.set(compared.length);
    ok.set(refuses ? 0 : 1);
  };
}
