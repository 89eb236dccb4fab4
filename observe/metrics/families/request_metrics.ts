/**
 * Requests, by the template of their route, and by what became of them.
 *
 * @module
 */
import prometheus from "prom-client";
import type { Observation } from "../../observation.ts";
import { DurationHistogram, type DurationSeries } from "../duration_histogram.ts";
import { createTallies, type Tally } from "../tally.ts";
import { createClientLabels, NO_CLIENT } from "../client_label.ts";

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
  const durations = new DurationHistogram(register, {
    name: "cqlgate_http_request_duration_seconds",
    help: "Time from a request's arrival to its answer, by route template and class of status",
    labelNames: ["method", "route", "class"],
  });
  const requests = createTallies(register, {
    name: "cqlgate_http_requests_total",
    help:
      "Requests by route template, status, and error code; the code is ok without an error, and incomplete where the answer broke off or its caller left",
    labelNames: ["method", "route", "status", "code"],
  });
  const cassandraSeconds = createTallies(register, {
    name: "cqlgate_http_request_cassandra_seconds_total",
    help: "Time that requests spent waiting for Cassandra, by route",
    labelNames: ["method", "route"],
  });
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
  // A text of both would have to be hashed for each request.
  const byRoute = new Map<string, Map<string, RouteTallies>>();
  function talliesOf(method: string, route: string): RouteTallies {
    let byMethod = byRoute.get(route);
    if (byMethod === undefined) byRoute.set(route, byMethod = new Map());
    const known = byMethod.get(method);
    if (known !== undefined) return known;
    const made = new RouteTallies({
      durationsOf: (of) => durations.series({ method, route, class: of }),
      outcomeOf: (status, code) => requests({ method, route, status: `${status}`, code }),
      cassandraSeconds: () => cassandraSeconds({ method, route }),
    });
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
    request({ method, route, status, code, completed, durationMs, cassandraMs }) {
      const tallies = talliesOf(method, route);
      tallies.durations(status).observe(durationMs / 1000);
      tallies.outcome(status, code ?? (completed ? OK : INCOMPLETE)).value++;
      if (cassandraMs > 0) tallies.cassandraSeconds().value += cassandraMs / 1000;
    },
    deprecatedUse({ method, route, issuer, clientId }) {
      const client = clientLabelOf(clientId);
      deprecatedUses.inc({ method, route, issuer: issuer ?? NO_CLIENT, client });
    },
    rateLimited: ({ query, policy }) => rateLimited.inc({ query, policy }),
  };
}

interface MakeTallies {
  durationsOf(of: string): DurationSeries;
  outcomeOf(status: number, code: string): Tally;
  cassandraSeconds(): Tally;
}

/** What is counted for a method of a route, each made when it is first needed. */
class RouteTallies {
  readonly #make: MakeTallies;
  readonly #durations = new Map<string, DurationSeries>();
  readonly #outcomes = new Map<number, Map<string, Tally>>();
  #cassandraSeconds: Tally | null = null;

  constructor(make: MakeTallies) {
    this.#make = make;
  }

  durations(status: number): DurationSeries {
    const of = classOf(status);
    const known = this.#durations.get(of);
    if (known !== undefined) return known;
    const made = this.#make.durationsOf(of);
    this.#durations.set(of, made);
    return made;
  }

  outcome(status: number, code: string): Tally {
    let byCode = this.#outcomes.get(status);
    if (byCode === undefined) this.#outcomes.set(status, byCode = new Map());
    const known = byCode.get(code);
    if (known !== undefined) return known;
    const made = this.#make.outcomeOf(status, code);
    byCode.set(code, made);
    return made;
  }

  cassandraSeconds(): Tally {
    return this.#cassandraSeconds ??= this.#make.cassandraSeconds();
  }
}

/** `2xx`, `4xx` and so on: a histogram is many series, and nobody compares the times of a 403 and a 404. */
function classOf(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
