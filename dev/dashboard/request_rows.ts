/**
 * The rows about requests: what was promised, and the four golden signals.
 *
 * @module
 */
import { API, OF, quantile, rateOf, type Row, sumOf } from "./panel.ts";

export const PROMISES: Row = {
  title: "What was promised",
  panels: [
    {
      title: "Replicas that are ready",
      description:
        "Of all that are scraped. A replica that is not ready says why at /readyz?verbose.",
      unit: "short",
      kind: "number",
      queries: [{ expr: `sum(cqlgate_ready{${OF}})`, legend: "ready" }],
    },
    {
      title: "Requests that failed, of the last hour",
      description: "The share of 5xx. The objective allows what is left of 1.",
      unit: "percentunit",
      kind: "number",
      queries: [{ expr: `cqlgate:requests_failed:ratio_rate1h{job="$job"}`, legend: "failed" }],
    },
    {
      title: "Speed at which the error budget is spent",
      description:
        "1 spends the budget of 30 days in 30 days. Above 14.4 over an hour somebody is called.",
      unit: "short",
      kind: "lines",
      queries: [
        {
          expr:
            `cqlgate:requests_failed:ratio_rate1h{job="$job"} / (1 - scalar(cqlgate:objective:availability))`,
          legend: "failed requests",
        },
        {
          expr:
            `cqlgate:requests_slow:ratio_rate1h{job="$job"} / (1 - scalar(cqlgate:objective:latency))`,
          legend: "slow requests",
        },
      ],
    },
  ],
};

export const SIGNALS: Row = {
  title: "Four golden signals",
  panels: [
    {
      title: "Traffic: requests by route",
      description: "Requests a second.",
      unit: "reqps",
      kind: "stack",
      queries: [{
        expr: `sum by (method, route) (${rateOf(`cqlgate_http_requests_total{${API}}`)})`,
        legend: "{{method}} {{route}}",
      }],
    },
    {
      title: "Errors by code",
      description: "Mistakes of clients and failures of the service; docs/errors.md explains each.",
      unit: "reqps",
      kind: "lines",
      queries: [{
        expr: `sum by (code) (${rateOf(`cqlgate_http_requests_total{${API},code!="ok"}`)}) > 0`,
        legend: "{{code}}",
      }],
    },
    {
      title: "Latency",
      description: "From the arrival of a request to the end of its answer.",
      unit: "s",
      kind: "lines",
      queries: [[0.5, "half of them"], [0.95, "95 %"], [0.99, "99 %"]].map(([share, legend]) => ({
        expr: quantile(Number(share), `cqlgate_http_request_duration_seconds_bucket{${API}}`),
        legend: `${legend}`,
      })),
    },
    {
      title: "Saturation: requests in flight",
      description:
        "Of all replicas: what is served, what waits, and how much may be served at once.",
      unit: "short",
      kind: "lines",
      queries: [
        { expr: `sum(cqlgate_http_requests_in_flight{${OF}})`, legend: "in flight" },
        { expr: `sum(cqlgate_load_in_flight{${OF}})`, legend: "point requests" },
        { expr: `sum(cqlgate_load_queued{${OF}})`, legend: "queued" },
        { expr: `sum(cqlgate_load_held{${OF}})`, legend: "refused, held back" },
        { expr: `sum(cqlgate_load_limit{${OF}})`, legend: "limit of point requests" },
        { expr: `sum by (kind) (cqlgate_load_streams{${OF}})`, legend: "{{kind}}s" },
      ],
    },
    {
      title: "Saturation: requests that were refused for it",
      description: "For the load of a caller, or of the process.",
      unit: "reqps",
      kind: "lines",
      queries: [{
        expr: `sum by (code) (${rateOf(`cqlgate_load_shed_total{${OF}}`)})`,
        legend: "{{code}}",
      }],
    },
    {
      title: "Saturation: delay of the event loop",
      description: "How late timers fire, at the 99th percentile: every request waits as long.",
      unit: "s",
      kind: "lines",
      queries: [{
        expr: quantile(0.99, `cqlgate_event_loop_delay_seconds_bucket{${OF}}`, "instance, "),
        legend: "{{instance}}",
      }],
    },
    {
      title: "Where the time of requests goes",
      description:
        "Seconds a second. Nodes and network, what statements wait in this process, and everything else.",
      unit: "s",
      kind: "stack",
      queries: [
        { expr: sumOf(`cqlgate_cassandra_server_seconds_total{${OF}}`), legend: "Cassandra" },
        {
          expr: `${sumOf(`cqlgate_cassandra_statement_duration_seconds_sum{${OF}}`)} - ${
            sumOf(`cqlgate_cassandra_server_seconds_total{${OF}}`)
          }`,
          legend: "statements, before they are sent",
        },
        {
          expr: `${sumOf(`cqlgate_http_request_duration_seconds_sum{${API}}`)} - ${
            sumOf(`cqlgate_http_request_cassandra_seconds_total{${API}}`)
          }`,
          legend: "the gateway",
        },
      ],
    },
  ],
};
