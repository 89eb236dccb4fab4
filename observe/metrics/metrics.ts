/**
 * Observations as Prometheus metrics. Every label has few values: route templates, query names, codes, and
 * a limited number of client ids; never a path or a subject.
 *
 * @module
 */
import prometheus from "prom-client";
import { createAuditMetrics } from "./audit_metrics.ts";
import { createClockMetrics } from "./clock_metrics.ts";
import { createClientLabels, NO_CLIENT } from "./client_label.ts";
import type { Observation, Observe } from "../observation.ts";
import { registerProcessMetrics } from "./process_metrics.ts";

export interface Metrics {
  readonly observe: Observe;
  readonly contentType: string;
  /** All metrics in the Prometheus text format. */
  render(): Promise<string>;
}

// Seconds. Fine where a healthy Cassandra answers, coarse up to the request timeout.
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const HOST_STATES = [["up", true], ["down", false]] as const;

const BULK_OUTCOMES = ["written", "failed"] as const;

/**
 * Each call makes its own registry, so that two services in one process do not share numbers.
 *
 * @param release the version of the service
 */
export function createMetrics(release: string): Metrics {
  const register = new prometheus.Registry();
  const registers = [register];
  registerProcessMetrics(register, release);

  const requests = new prometheus.Histogram({
    name: "cqlgate_http_request_duration_seconds",
    help: "Time from a request's arrival to its answer, by route template and status",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS,
    registers,
  });
  const statements = new prometheus.Histogram({
    name: "cqlgate_cassandra_statement_duration_seconds",
    help: "Time that Cassandra took for a statement, by query name and outcome",
    labelNames: ["query", "outcome"],
    buckets: BUCKETS,
    registers,
  });
  const bulkLines = new prometheus.Counter({
    name: "cqlgate_bulk_lines_total",
    help: "Lines of bulk requests, by query name and whether they were written",
    labelNames: ["query", "outcome"],
    registers,
  });
  const inFlight = new prometheus.Gauge({
    name: "cqlgate_http_requests_in_flight",
    help: "Requests being served now",
    registers,
  });
  const connected = new prometheus.Gauge({
    name: "cqlgate_cassandra_up",
    help: "1 while at least one Cassandra node is reachable, else 0",
    registers,
  });
  const hostsUp = new prometheus.Gauge({
    name: "cqlgate_cassandra_hosts_up",
    help: "Cassandra nodes that this process may use and that are up",
    registers,
  });
  const hosts = new prometheus.Gauge({
    name: "cqlgate_cassandra_hosts",
    help: "Cassandra nodes that this process knows, by data centre and whether they are up",
    labelNames: ["datacenter", "state"],
    registers,
  });
  const ready = new prometheus.Gauge({
    name: "cqlgate_ready",
    help: "1 while /readyz answers 200, else 0",
    registers,
  });
  const issuersUp = new prometheus.Gauge({
    name: "cqlgate_issuer_up",
    help: "1 if an issuer, or its key file, could be asked the last time, else 0",
    labelNames: ["issuer"],
    registers,
  });
  const drifts = new prometheus.Counter({
    name: "cqlgate_schema_drifts_total",
    help: "Statements that no longer fit the schema, or whose results no longer do",
    labelNames: ["query"],
    registers,
  });

  const serverWarnings = new prometheus.Counter({
    name: "cqlgate_cassandra_warnings_total",
    help: "Warnings that Cassandra sent with its answers, by query name",
    labelNames: ["query"],
    registers,
  });
  const eventLoopDelay = new prometheus.Histogram({
    name: "cqlgate_event_loop_delay_seconds",
    help: "How late a timer fired, ten times a second: what every request waited too",
    buckets: BUCKETS,
    registers,
  });
  const deprecatedUses = new prometheus.Counter({
    name: "cqlgate_deprecated_requests_total",
    help: "Requests to routes that are deprecated, by route template, issuer and client",
    labelNames: ["method", "route", "issuer", "client"],
    registers,
  });
  const observeAudit = createAuditMetrics(register);
  const observeClock = createClockMetrics(register);
  const rateLimited = new prometheus.Counter({
    name: "cqlgate_rate_limited_requests_total",
    help: "Requests that a quota refused, by query name or hand-written route, and quota",
    labelNames: ["query", "policy"],
    registers,
  });
  const controlApplied = new prometheus.Gauge({
    name: "cqlgate_control_file_ok",
    help: "0 while the control file cannot be used and what it said before applies, else 1",
    registers,
  });
  controlApplied.set(1);
  const readOnly = new prometheus.Gauge({
    name: "cqlgate_read_only",
    help: "1 while the control file lets nobody write, else 0",
    registers,
  });
  const clientLabelOf = createClientLabels();

  /** A counter that begins at its first increment hides it: an increase needs a value before it. */
  function startAtZero({ queries, deprecated }: Observation & { kind: "routes" }): void {
    for (const { method, path } of deprecated) {
      deprecatedUses.inc({ method, route: path, issuer: NO_CLIENT, client: NO_CLIENT }, 0);
    }
    for (const { name: query, bulk } of queries) {
      drifts.inc({ query }, 0);
      serverWarnings.inc({ query }, 0);
      if (!bulk) continue;
      for (const outcome of BULK_OUTCOMES) bulkLines.inc({ query, outcome }, 0);
    }
  }

  return {
    contentType: register.contentType,
    render: () => register.metrics(),
    observe(observation) {
      switch (observation.kind) {
        case "routes":
          return startAtZero(observation);
        case "request_started":
          return inFlight.inc();
        case "request_finished":
          return inFlight.dec();
        case "request": {
          const { method, route, status, durationMs } = observation;
          return requests.observe({ method, route, status }, durationMs / 1000);
        }
        case "statement": {
          const { query, outcome, durationMs } = observation;
          return statements.observe({ query, outcome }, durationMs / 1000);
        }
        case "deprecated_use": {
          const { method, route, issuer, clientId } = observation;
          const client = clientLabelOf(clientId);
          return deprecatedUses.inc({ method, route, issuer: issuer ?? NO_CLIENT, client });
        }
        case "bulk": {
          const { query } = observation;
          for (const outcome of BULK_OUTCOMES) {
            bulkLines.inc({ query, outcome }, observation[outcome]);
          }
          return;
        }
        case "audit":
          return observeAudit(observation);
        case "clock":
          return observeClock(observation);
        case "control":
          readOnly.set(observation.readOnly ? 1 : 0);
          return controlApplied.set(observation.applied ? 1 : 0);
        case "quotas":
          for (const { query, policy } of observation.quotas) rateLimited.inc({ query, policy }, 0);
          return;
        case "rate_limited":
          return rateLimited.inc({ query: observation.query, policy: observation.policy });
        case "connection":
          hostsUp.set(observation.hostsUp);
          for (const { datacenter } of observation.hosts) {
            for (const [state, isUp] of HOST_STATES) {
              hosts.set(
                { datacenter, state },
                observation.hosts.filter((host) =>
                  host.datacenter === datacenter && host.isUp === isUp
                ).length,
              );
            }
          }
          return connected.set(observation.state === "up" ? 1 : 0);
        case "readiness":
          return ready.set(observation.ready ? 1 : 0);
        case "event_loop":
          return eventLoopDelay.observe(observation.delayMs / 1000);
        case "shutdown":
          return ready.set(0);
        case "issuer_keys":
          return issuersUp.set({ issuer: observation.issuer }, observation.fetched ? 1 : 0);
        case "introspection":
          return issuersUp.set({ issuer: observation.issuer }, observation.up ? 1 : 0);
        case "schema_drift":
          return drifts.inc({ query: observation.query });
        case "server_warning":
          return serverWarnings.inc({ query: observation.query });
      }
    },
  };
}
