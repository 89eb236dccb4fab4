/**
 * Requests, by the template of their route, and by what became of them.
 *
 * @module
 */
import prometheus from "prom-client";
import { CODES } from "../../../errors/codes.ts";
import type { ObservationOf } from "../../observation.ts";
import { createClientLabels, NO_CLIENT } from "../client_label.ts";
import { registerRouteFamilies, RouteTallies } from "./route_tallies.ts";

export interface RequestMetrics {
  /** Starts the counters of these routes at zero, if they have not begun. */
  start(routes: ObservationOf<"endpoints">["routes"]): void;
  startDeprecated(routes: ObservationOf<"routes">["deprecated"]): void;
  startQuotas(quotas: ObservationOf<"quotas">["quotas"]): void;
  started(): void;
  finished(): void;
  request(observation: ObservationOf<"request">): void;
  deprecatedUse(observation: ObservationOf<"deprecated_use">): void;
  rateLimited(observation: ObservationOf<"rate_limited">): void;
}

/**
 * As code: a request that was answered well, an answer that broke off because of its caller, and an error that a
 * handler answered with itself.
 */
const OK = "ok";
const INCOMPLETE = "incomplete";
const NONE = "none";

type Outcome = Pick<ObservationOf<"request">, "status" | "code" | "completed">;

/** A stream that broke off has the code of what broke it, unless its caller did: that is no failure of the service. */
function codeOf({ status, code, completed }: Outcome): string {
  if (code !== null) return status < 400 && CODES[code].status < 500 ? INCOMPLETE : code;
  if (status >= 400) return NONE;
  return completed ? OK : INCOMPLETE;
}

export function createRequestMetrics(register: prometheus.Registry): RequestMetrics {
  const registers = [register];
  const families = registerRouteFamilies(register);
  let inFlight = 0;
  new prometheus.Gauge({
    name: "cqlgate_http_requests_in_flight",
    help: "Requests being served now",
    registers,
    collect() {
      this.set(inFlight);
    },
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
  // A single text of both would have to be hashed for each request.
  const byRoute = new Map<string, Map<string, RouteTallies>>();
  function talliesOf(method: string, route: string): RouteTallies {
    let byMethod = byRoute.get(route);
    if (byMethod === undefined) byRoute.set(route, byMethod = new Map());
    const known = byMethod.get(method);
    if (known !== undefined) return known;
    const made = new RouteTallies(families, method, route);
    byMethod.set(method, made);
    return made;
  }

  return {
    start(routes) {
      for (const { method, route, outcomes } of routes) {
        const tallies = talliesOf(method, route);
        tallies.cassandraSeconds();
        for (const { status, code } of outcomes) {
          tallies.outcome(status, code ?? OK);
          if (code !== null) continue;
          tallies.outcome(status, INCOMPLETE);
          tallies.durations(status);
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
    started: () => void inFlight++,
    finished: () => void inFlight--,
    request(request) {
      const { method, route, status, durationMs, cassandraMs } = request;
      const tallies = talliesOf(method, route);
      tallies.durations(status).observe(durationMs / 1000);
      tallies.outcome(status, codeOf(request)).value++;
      if (cassandraMs > 0) tallies.cassandraSeconds().value += cassandraMs / 1000;
    },
    deprecatedUse({ method, route, issuer, clientId }) {
      const client = clientLabelOf(clientId);
      deprecatedUses.inc({ method, route, issuer: issuer ?? NO_CLIENT, client });
    },
    rateLimited: ({ query, policy }) => rateLimited.inc({ query, policy }),
  };
}
