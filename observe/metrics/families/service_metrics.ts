/**
 * The state of the service itself: whether it is ready, what operators have switched off, and how late its
 * timers fire.
 *
 * @module
 */
import prometheus from "prom-client";
import type { ObservationOf } from "../../observation.ts";
import { SECONDS } from "../buckets.ts";

export interface ServiceMetrics {
  ready(observation: ObservationOf<"readiness">): void;
  /** It finishes what is in flight, and is not ready any more. */
  draining(): void;
  control(observation: ObservationOf<"control">): void;
  eventLoop(observation: ObservationOf<"event_loop">): void;
}

export function createServiceMetrics(register: prometheus.Registry): ServiceMetrics {
  const registers = [register];
  const ready = new prometheus.Gauge({
    name: "cqlgate_ready",
    help: "1 while /readyz answers 200, else 0",
    registers,
  });
  const awaitsMigrations = new prometheus.Gauge({
    name: "cqlgate_awaits_migrations",
    help: "1 while it is not ready because migrations are not applied, else 0",
    registers,
  });
  const draining = new prometheus.Gauge({
    name: "cqlgate_draining",
    help: "1 from the signal to stop until the process ends, else 0",
    registers,
  });
  const eventLoopDelay = new prometheus.Histogram({
    name: "cqlgate_event_loop_delay_seconds",
    help: "How late a timer fired, sampled ten times a second: each request waited as long",
    buckets: SECONDS,
    registers,
  });
  const controlApplied = new prometheus.Gauge({
    name: "cqlgate_control_file_ok",
    help: "0 while the control file cannot be used and its previous content applies, else 1",
    registers,
  });
  controlApplied.set(1);
  const readOnly = new prometheus.Gauge({
    name: "cqlgate_read_only",
    help: "1 while the control file switches writes off, else 0",
    registers,
  });
  return {
    ready(observation) {
      ready.set(observation.ready ? 1 : 0);
      awaitsMigrations.set(observation.awaitsMigrations ? 1 : 0);
    },
    draining() {
      draining.set(1);
      ready.set(0);
      awaitsMigrations.set(0);
    },
    control(observation) {
      readOnly.set(observation.readOnly ? 1 : 0);
      controlApplied.set(observation.applied ? 1 : 0);
    },
    eventLoop: ({ delayMs }) => eventLoopDelay.observe(delayMs / 1000),
  };
}
