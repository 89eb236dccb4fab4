/**
 * Observations as Prometheus metrics. Every label has few values: route templates, query names, codes, and
 * a limited number of client ids; never a path or a subject. Each family of metrics has a file.
 *
 * @module
 */
import prometheus from "prom-client";
import type { Observe } from "../observation.ts";
import { exportMetrics } from "./exported_metrics.ts";
import { registerAttemptMetrics } from "./families/attempt_metrics.ts";
import { createAuditMetrics } from "./families/audit_metrics.ts";
import { createAvailabilityMetrics } from "./families/availability_metrics.ts";
import { createCacheMetrics } from "./families/cache_metrics.ts";
import { createClockMetrics } from "./families/clock_metrics.ts";
import { createConnectionMetrics } from "./families/connection_metrics.ts";
import { createFailoverMetrics } from "./families/failover_metrics.ts";
import { createFileMetrics } from "./families/file_metrics.ts";
import { registerHeaviestMetrics } from "./families/heaviest_metrics.ts";
import { createIdentityMetrics } from "./families/identity_metrics.ts";
import { registerLoadMetrics } from "./families/load_metrics.ts";
import { registerProcessMetrics } from "./families/process_metrics.ts";
import { createReloadMetrics } from "./families/reload_metrics.ts";
import { createRequestMetrics } from "./families/request_metrics.ts";
import { createServiceMetrics } from "./families/service_metrics.ts";
import { createStatementMetrics } from "./families/statement_metrics.ts";
import { guardReadings, type ReportUnreadable } from "./guarded_readings.ts";
import { NOTHING_TO_READ, type Readings } from "./readings.ts";
import { createMetricsText } from "./render_metrics.ts";

export interface Metrics {
  readonly observe: Observe;
  readonly contentType: string;
  /** From now on, reads these when it is rendered. */
  readFrom(readings: Readings): void;
  /**
   * All metrics in the Prometheus text format.
   *
   * @param pause between the pieces of a long text; by default until the next timer
   */
  render(): Promise<string>;
  /** Resolves when the process may end, as far as the export of metrics is concerned. */
  settle(): Promise<void>;
}

export interface MetricsOptions {
  /** Hears of a metric that cannot be read. Default: nobody does. */
  readonly report?: ReportUnreadable;
}

/**
 * Each call makes its own registry, so that two services in one process do not share numbers.
 *
 * @param release the version of the service
 */
export function createMetrics(release: string, options: MetricsOptions = {}): Metrics {
  const { report = () => {} } = options;
  const register = new prometheus.Registry();
  let readings = NOTHING_TO_READ;
  registerProcessMetrics(register, release);
  const observe = observeFamilies(register, () => readings);
  guardReadings(register, report);
  const settle = exportMetrics(register, report);
  return {
    contentType: register.contentType,
    readFrom(newReadings) {
      readings = newReadings;
    },
    render: createMetricsText(register),
    settle,
    observe,
  };
}

/** Registers the families. @returns feeds each observation to the family that it is about */
function observeFamilies(register: prometheus.Registry, readings: () => Readings): Observe {
  const requests = createRequestMetrics(register);
  const statements = createStatementMetrics(register);
  const cache = createCacheMetrics(register, () => readings().cache());
  const observeConnection = createConnectionMetrics(register, () => readings().pools());
  const identity = createIdentityMetrics(register, () => readings().tokenCache());
  registerLoadMetrics(register, () => readings().load());
  registerAttemptMetrics(register, () => readings().attempts());
  registerHeaviestMetrics(register, () => readings().heaviest());
  const observeAudit = createAuditMetrics(register, () => readings().auditQueue());
  const failover = createFailoverMetrics(register);
  const observeAvailability = createAvailabilityMetrics(register);
  const observeReload = createReloadMetrics(register);
  const observeClock = createClockMetrics(register);
  const files = createFileMetrics(register);
  const service = createServiceMetrics(register);

  return (observation) => {
    switch (observation.kind) {
      case "routes":
        statements.start(observation.queries);
        cache.start(observation.queries);
        return requests.startDeprecated(observation.deprecated);
      case "endpoints":
        return requests.start(observation.routes);
      case "issuers":
        return identity.start(observation.issuers);
      case "quotas":
        return requests.startQuotas(observation.quotas);
      case "request_started":
        return requests.started();
      case "request_finished":
        return requests.finished();
      case "request":
        return requests.request(observation);
      case "deprecated_use":
        return requests.deprecatedUse(observation);
      case "rate_limited":
        return requests.rateLimited(observation);
      case "statement":
        return statements.statement(observation);
      case "cached_read":
        return cache.read(observation);
      case "shared_reads":
        return statements.shared(observation);
      case "bulk":
        return statements.bulk(observation);
      case "schema_drift":
        return statements.drift(observation);
      case "server_warning":
        return statements.warning(observation);
      case "audit":
        return observeAudit(observation);
      case "reload":
        return observeReload(observation);
      case "clock":
        return observeClock(observation);
      case "datacenter":
        return failover.datacenter(observation);
      case "failover_statement":
        return failover.statement(observation);
      case "availability":
        return observeAvailability(observation);
      case "files":
        return files.files(observation);
      case "certificate":
        return files.certificate(observation);
      case "control":
        return service.control(observation);
      case "connection":
        return observeConnection(observation);
      case "readiness":
        return service.ready(observation);
      case "shutdown":
        return service.draining();
      case "event_loop":
        return service.eventLoop(observation);
      case "issuer_keys":
        identity.keysFetched(observation.issuer, observation.fetched);
        return identity.setUp(observation.issuer, observation.fetched);
      case "introspection":
        return identity.setUp(observation.issuer, observation.up);
    }
  };
}
