/**
 * The metrics of the audit log.
 *
 * @module
 */
import prometheus from "prom-client";
import type { ObservationOf } from "../../observation.ts";

/**
 * Registers the metrics.
 *
 * @param readQueue how many events are not written yet
 * @returns what feeds them
 */
export function createAuditMetrics(
  register: prometheus.Registry,
  readQueue: () => number,
): (observation: ObservationOf<"audit">) => void {
  const registers = [register];
  const events = new prometheus.Counter({
    name: "cqlgate_audit_events_total",
    help: "Events of the audit log, by whether they were written or dropped",
    labelNames: ["result"],
    registers,
  });
  const failures = new prometheus.Counter({
    name: "cqlgate_audit_write_failures_total",
    help:
      "Attempts to write to the audit log that failed, and every five seconds that one takes longer",
    registers,
  });
  new prometheus.Gauge({
    name: "cqlgate_audit_queue_events",
    help: "Events that wait to be written to the audit log, and those of the write under way",
    registers,
    collect() {
      this.set(readQueue());
    },
  });
  for (const result of ["written", "dropped"]) events.inc({ result }, 0);
  return ({ written, dropped, failure }) => {
    events.inc({ result: "written" }, written);
    events.inc({ result: "dropped" }, dropped);
    if (failure !== undefined) failures.inc();
  };
}
