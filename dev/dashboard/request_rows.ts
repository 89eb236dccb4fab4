/**
 * The rows about requests: what was promised, and the four golden signals.
 *
 * @module
 */
import { API, OF, type PanelRow, quantile, rateOf, sumOf } from "./panel.ts";

export const PROMISES: PanelRow = {
  title: "Objectives",
  panels: [
    {
      title: "Ready replicas",
      description:
        "And all that should be scraped. /readyz?verbose of a replica says why it is not ready.",
      unit: "short",
      kind: "number",
      queries: [
        { expr: `sum(cqlgate_ready{${OF}})`, legend: "ready" },
        { expr: `count(up{${OF}})`, legend: "all" },
      ],
    },
    {
      title: "Failed requests in the last hour",
      description: "The share of 5xx. An objective of 0.999 allows 0.001.",
      unit: "percentunit",
      kind: "number",
      queries: [{ expr: `cqlgate:requests_failed:ratio_rate1h{job="$job"}`, legend: "failed" }],
    },
    {
      title: "Error budget burn rate",
      description:
        "At 1, the budget of 30 days lasts 30 days. Above 14.4 for an hour, somebody is paged.",
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

export const SIGNALS: PanelRow = {
  title: "Four golden signals",
  panels: [
    {
      title: "Traffic: requests by route",
      description: "Requests per second.",
      unit: "reqps",
      kind: "stack",
      queries: [{
        expr: `sum by (method, route) (${rateOf(`cqlgate_http_requests_total{${API}}`)})`,
        legend: "{{method}} {{route}}",
      }],
    },
    {
      title: "Errors by code",
      description: "Client mistakes and service failures; docs/errors.md explains each code.",
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
      queries: [[0.5, "50 %"], [0.95, "95 %"], [0.99, "99 %"]].map(([share, legend]) => ({
        expr: quantile(Number(share), `cqlgate_http_request_duration_seconds_bucket{${API}}`),
        legend: `${legend}`,
      })),
    },
    {
      title: "Saturation: requests in flight",
      description:
        "All replicas together: served, waiting, held back, and the limit on what is served at once.",
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
      title: "Saturation: refused requests",
      description: "Because of the load of one caller, or of the process.",
      unit: "reqps",
      kind: "lines",
      queries: [{
        expr: `sum by (code) (${rateOf(`cqlgate_load_shed_total{${OF}}`)})`,
        legend: "{{code}}",
      }],
    },
    {
      title: "Saturation: delay of the event loop",
      description: "How late timers fire, at the 99th percentile: every request waits that long.",
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
        "Seconds per second of all requests together: waiting for Cassandra, and the rest, in this process.",
      unit: "s",
      kind: "stack",
      queries: [
        {
          expr: sumOf(`cqlgate_http_request_cassandra_seconds_total{${API}}`),
          legend: "waiting for Cassandra",
        },
        {
          expr: `${sumOf(`cqlgate_http_request_duration_seconds_sum{${API}}`)} - ${
            sumOf(`cqlgate_http_request_cassandra_seconds_total{${API}}`)
          }`,
          legend: "cqlgate",
        },
      ],
    },
  ],
};
