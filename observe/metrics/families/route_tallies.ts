/**
 * The requests to a method of a route, counted under its labels: how they ended, and what they took.
 *
 * @module
 */
import type prometheus from "prom-client";
import { DurationHistogram, type DurationSeries } from "../duration_histogram.ts";
import { createTallies, type Tally } from "../tally.ts";

/** Each series begins when it is first needed, or when its route is served. */
export class RouteTallies {
  readonly #families: RouteFamilies;
  readonly #method: string;
  readonly #route: string;
  readonly #durations = new Map<string, DurationSeries>();
  readonly #outcomes = new Map<number, Map<string, Tally>>();
  #cassandraSeconds: Tally | null = null;

  constructor(families: RouteFamilies, method: string, route: string) {
    this.#families = families;
    this.#method = method;
    this.#route = route;
  }

  durations(status: number): DurationSeries {
    const of = classOf(status);
    const known = this.#durations.get(of);
    if (known !== undefined) return known;
    const labels = { method: this.#method, route: this.#route, class: of };
    const made = this.#families.durations.series(labels);
    this.#durations.set(of, made);
    return made;
  }

  outcome(status: number, code: string): Tally {
    let byCode = this.#outcomes.get(status);
    if (byCode === undefined) this.#outcomes.set(status, byCode = new Map());
    const known = byCode.get(code);
    if (known !== undefined) return known;
    const labels = { method: this.#method, route: this.#route, status: `${status}`, code };
    const made = this.#families.requests(labels);
    byCode.set(code, made);
    return made;
  }

  cassandraSeconds(): Tally {
    return this.#cassandraSeconds ??= this.#families.cassandraSeconds({
      method: this.#method,
      route: this.#route,
    });
  }
}

export type RouteFamilies = ReturnType<typeof registerRouteFamilies>;

/** Registers the families of metrics that each method of a route has series of. */
export function registerRouteFamilies(register: prometheus.Registry) {
  const durations = new DurationHistogram(register, {
    name: "cqlgate_http_request_duration_seconds",
    help: "Time from a request's arrival to its answer, by route template and class of status",
    labelNames: ["method", "route", "class"],
  });
  const requests = createTallies(register, {
    name: "cqlgate_http_requests_total",
    help:
      "Requests by route template, status, and error code; the code is ok without an error, incomplete where the caller ended the answer, and none where a handler answered with an error itself",
    labelNames: ["method", "route", "status", "code"],
  });
  const cassandraSeconds = createTallies(register, {
    name: "cqlgate_http_request_cassandra_seconds_total",
    help: "Time that requests spent waiting for Cassandra, by route",
    labelNames: ["method", "route"],
  });
  return { durations, requests, cassandraSeconds };
}

/** `2xx`, `4xx` and so on: a histogram is many series, and nobody compares the times of a 403 and a 404. */
function classOf(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
