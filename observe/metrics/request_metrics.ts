/**
 * Requests, by the template of their route, and by what became of them.
 *
 * @module
 */
import prometheus from "prom-client";
import type { Observation } from "../observation.ts";
import { SECONDS } from "./buckets.ts";
import { createClientLabels, NO_CLIENT } from "./client_label.ts";

type Of<Kind extends Observation["kind"]> = Observation & { readonly kind: Kind };

export interface RequestMetrics {
  /** Starts the counters of these routes at zero, if they have not begun. */
  start(routes: Of<"endpoints">["routes"]): void;
  startDeprecated(routes: Of<"routes">["deprecated"]): void;
  startQuotas(quotas: Of<"quotas">["quotas"]): void;
  started(): void;
  finished(): void;
  request(observation: Of<"request">): void;
  deprecatedUse(observation: Of<"deprecated_use">): void;
  rateLimited(observation: Of<"rate_limited">): void;
}

/** As code: a request that was answered well, and an answer that broke off or whose caller left. */
const OK = "ok";
const INCOMPLETE = "incomplete";

export function createRequestMetrics(register: prometheus.Registry): RequestMetrics {
  const registers = [register];
  const durations = new prometheus.Histogram({
    name: "cqlgate_http_request_duration_seconds",
    help: "Time from a request's arrival to its answer, by route template and class of status",
    labelNames: ["method", "route", "class"],
    buckets: SECONDS,
    registers,
  });
  const requests = new prometheus.Counter({
    name: "cqlgate_http_requests_total",
    help:
      "Requests by route template, status, and error code; the code is ok without an error, and incomplete where the answer broke off or its caller left",
    labelNames: ["method", "route", "status", "code"],
    registers,
  });
  const cassandraSeconds = new prometheus.Counter({
    name: "cqlgate_http_request_cassandra_seconds_total",
    help: "Part of the duration of requests during which they waited for Cassandra, by route",
    labelNames: ["method", "route"],
    registers,
  });
  const inFlight = new prometheus.Gauge({
    name: "cqlgate_http_requests_in_flight",
    help: "Requests being served now",
    registers,
  });
  const deprecatedUses = new prometheus.Counter({
    name: "cqlgate_deprecated_requests_total",
    help: "Requests to routes that are deprecated, by route template, issuer and client",
    labelNames: ["method", "route", "issuer", "client"],
    registers,
  });
  const rateLimited = new prometheus.Counter({
    name: "cqlgate_rate_limited_requests_total",
    help: "Requests that a quota refused, by query name or hand-written route, and quota",
    labelNames: ["query", "policy"],
    registers,
  });
  const clientLabelOf = createClientLabels();
  const started = new Set<string>();

  return {
    start(routes) {
      for (const { method, route, outcomes } of routes) {
        cassandraSeconds.inc({ method, route }, 0);
        for (const { status, code } of outcomes) {
          requests.inc({ method, route, status, code: code ?? OK }, 0);
          if (code !== null) continue;
          requests.inc({ method, route, status, code: INCOMPLETE }, 0);
          // To start a histogram at zero takes away what it has.
          const labels = { method, route, class: classOf(status) };
          const series = `${method} ${route} ${labels.class}`;
          if (!started.has(series)) durations.zero(labels);
          started.add(series);
        }
      }
    },
    startDeprecated(routes) {
      for (const { method, path } of routes) {
        deprecatedUses.inc({ method, route: path, issuer: NO_CLIENT, client: NO_CLIENT }, 0);
      }
    },
    startQuotas(quotas) {
      for (const { query, policy } of quotas) rateLimited.inc({ query, policy }, 0);
    },
    started: () => inFlight.inc(),
    finished: () => inFlight.dec(),
    request({ method, route, status, code, completed, durationMs, cassandraMs }) {
      durations.observe({ method, route, class: classOf(status) }, durationMs / 1000);
      requests.inc({ method, route, status, code: code ?? (completed ? OK : INCOMPLETE) });
      if (cassandraMs > 0) cassandraSeconds.inc({ method, route }, cassandraMs / 1000);
    },
    deprecatedUse({ method, route, issuer, clientId }) {
      const client = clientLabelOf(clientId);
      deprecatedUses.inc({ method, route, issuer: issuer ?? NO_CLIENT, client });
    },
    rateLimited: ({ query, policy }) => rateLimited.inc({ query, policy }),
  };
}

/** `2xx`, `4xx` and so on: a histogram is many series, and nobody compares the times of a 403 and a 404. */
function classOf(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
