/**
 * The metrics of queries that are read again while the service runs.
 *
 * @module
 */
import prometheus from "prom-client";
import type { ObservationOf } from "../../observation.ts";

/** Registers the metrics. @returns what feeds them */
export function createReloadMetrics(
  register: prometheus.Registry,
): (observation: ObservationOf<"reload">) => void {
  const registers = [register];
  const ok = new prometheus.Gauge({
    name: "cqlgate_reload_ok",
    help: "0 while changed query files cannot be served and the previous queries are, else 1",
    registers,
  });
  const succeededAt = new prometheus.Gauge({
    name: "cqlgate_reload_success_timestamp_seconds",
    help: "When the served queries were loaded from their files; 0 before the first time",
    registers,
  });
  ok.set(1);
  return ({ succeeded }) => {
    ok.set(succeeded ? 1 : 0);
    if (succeeded) succeededAt.set(Date.now() / 1000);
  };
}
