/**
 * The rows about Cassandra, and about who causes its load.
 *
 * @module
 */
import { OF, type PanelRow, quantile, rateOf, sumOf } from "./panel.ts";

export const CASSANDRA: PanelRow = {
  title: "Cassandra",
  panels: [
    {
      title: "Statements at the 99th percentile, by query",
      description: "The ten slowest queries.",
      unit: "s",
      kind: "lines",
      queries: [{
        expr: `topk(10, ${
          quantile(0.99, `cqlgate_cassandra_statement_duration_seconds_bucket{${OF}}`, "query, ")
        })`,
        legend: "{{query}}",
      }],
    },
    {
      title: "Timeouts and re-prepared statements",
      description:
        "Which timeout ended the statement: the request's deadline, or Cassandra's for its replicas.",
      unit: "ops",
      kind: "lines",
      queries: [
        {
          expr: `sum by (timeout) (${rateOf(`cqlgate_cassandra_timeouts_total{${OF}}`)})`,
          legend: "timeout: {{timeout}}",
        },
        {
          expr: sumOf(`cqlgate_cassandra_prepared_again_total{${OF}}`),
          legend: "prepared again",
        },
      ],
    },
    {
      title: "Second attempts",
      description:
        "Statements that were sent again, or also to a second node, and those that were not because the budget was used up.",
      unit: "ops",
      kind: "lines",
      queries: [
        {
          expr: `sum by (outcome) (${rateOf(`cqlgate_cassandra_retries_total{${OF}}`)})`,
          legend: "retries: {{outcome}}",
        },
        {
          expr: `sum by (outcome) (${
            rateOf(`cqlgate_cassandra_speculative_executions_total{${OF}}`)
          })`,
          legend: "speculative: {{outcome}}",
        },
      ],
    },
    {
      title: "Nodes, by data centre",
      description: "As seen by the replicas that see the fewest up, and the most down.",
      unit: "short",
      kind: "lines",
      queries: [
        {
          expr: `min by (datacenter) (cqlgate_cassandra_hosts{${OF},state="up"})`,
          legend: "{{datacenter}} up",
        },
        {
          expr: `max by (datacenter) (cqlgate_cassandra_hosts{${OF},state="down"})`,
          legend: "{{datacenter}} down",
        },
      ],
    },
    {
      title: "Connections and statements in flight, by data centre",
      description: "Many statements on few connections queue in the driver.",
      unit: "short",
      kind: "lines",
      queries: [
        {
          expr: `sum by (datacenter) (cqlgate_cassandra_connections{${OF}})`,
          legend: "connections to {{datacenter}}",
        },
        {
          expr: `sum by (datacenter) (cqlgate_cassandra_streams_in_flight{${OF}})`,
          legend: "in flight to {{datacenter}}",
        },
      ],
    },
    {
      title: "Warnings and guardrails",
      description: "What Cassandra warns about or refuses: large reads, tombstones, batches.",
      unit: "ops",
      kind: "lines",
      queries: [
        { expr: sumOf(`cqlgate_cassandra_warnings_total{${OF}}`), legend: "warnings" },
        {
          expr: `sum by (action) (${rateOf(`cqlgate_cassandra_guardrail_hits_total{${OF}}`)})`,
          legend: "guardrail {{action}}",
        },
      ],
    },
    {
      title: "Statements during a failover",
      description: "Sent while another data centre served, by the consistency that they had there.",
      unit: "ops",
      kind: "lines",
      queries: [{
        expr: `sum by (consistency) (${rateOf(`cqlgate_failover_statements_total{${OF}}`)})`,
        legend: "{{consistency}}",
      }],
    },
    {
      title: "Clock",
      description: "How far each replica's clock is ahead of the nodes' clocks.",
      unit: "s",
      kind: "lines",
      queries: [{ expr: `cqlgate_clock_skew_seconds{${OF}}`, legend: "{{instance}}" }],
    },
  ],
};

export const LOAD: PanelRow = {
  title: "Who causes the load",
  panels: [
    {
      title: "Queries by time in Cassandra",
      description: "How many statements of each query run at once, on average. The ten heaviest.",
      unit: "short",
      kind: "stack",
      queries: [{
        expr: `topk(10, sum by (query) (${
          rateOf(`cqlgate_cassandra_statement_duration_seconds_sum{${OF}}`)
        }))`,
        legend: "{{query}}",
      }],
    },
    {
      title: "Queries by bytes",
      description: "Rows received and values sent. The ten heaviest.",
      unit: "Bps",
      kind: "stack",
      queries: [{
        expr: `topk(10, sum by (query, direction) (${
          rateOf(`cqlgate_cassandra_bytes_total{${OF}}`)
        }))`,
        legend: "{{query}}, {{direction}}",
      }],
    },
    {
      title: "Queries by rows",
      description: "The ten heaviest.",
      unit: "ops",
      kind: "stack",
      queries: [{
        expr: `topk(10, sum by (query, direction) (${
          rateOf(`cqlgate_cassandra_rows_total{${OF}}`)
        }))`,
        legend: "{{query}}, {{direction}}",
      }],
    },
    {
      title: "Bulk lines and shared reads",
      description:
        "Many bulk lines become one statement, and so do identical reads at the same time.",
      unit: "ops",
      kind: "lines",
      queries: [
        {
          expr: `sum by (outcome) (${rateOf(`cqlgate_bulk_lines_total{${OF}}`)})`,
          legend: "lines {{outcome}}",
        },
        { expr: sumOf(`cqlgate_coalesced_reads_total{${OF}}`), legend: "reads that were saved" },
      ],
    },
    {
      title: "Reads of queries with @cache",
      description:
        "What they got, and answers that were evicted: if there are many, raise CACHE_MAX_BYTES.",
      unit: "ops",
      kind: "lines",
      queries: [
        {
          expr: `sum by (outcome) (${rateOf(`cqlgate_cache_reads_total{${OF}}`)})`,
          legend: "{{outcome}}",
        },
        { expr: sumOf(`cqlgate_cache_evictions_total{${OF}}`), legend: "evicted" },
      ],
    },
    {
      title: "Heaviest callers, by rank",
      description:
        "Cassandra's time for them in the last full minute. GET /debug/hot on ADMIN_PORT names them.",
      unit: "s",
      kind: "stack",
      queries: [{
        expr: `sum by (rank) (cqlgate_heaviest_cassandra_seconds{${OF},of="caller"})`,
        legend: "number {{rank}}",
      }],
    },
    {
      title: "Heaviest tenants, by rank",
      description:
        "Cassandra's time for them in the last full minute. GET /debug/hot on ADMIN_PORT names them.",
      unit: "s",
      kind: "stack",
      queries: [{
        expr: `sum by (rank) (cqlgate_heaviest_cassandra_seconds{${OF},of="tenant"})`,
        legend: "number {{rank}}",
      }],
    },
    {
      title: "Requests to deprecated routes",
      description:
        "How many each client has sent since the replicas started: a client that calls once a month shows, too. Ask those that remain.",
      unit: "short",
      kind: "lines",
      queries: [{
        // A client's series begins with its first request, which a rate does not have.
        expr:
          `sum by (client, method, route) (max_over_time(cqlgate_deprecated_requests_total{${OF}}[$__range])) > 0`,
        legend: "{{client}}: {{method}} {{route}}",
      }],
    },
    {
      title: "Requests refused by quotas",
      description: "By query or hand-written route, and quota.",
      unit: "reqps",
      kind: "lines",
      queries: [{
        expr: `sum by (query, policy) (${
          rateOf(`cqlgate_rate_limited_requests_total{${OF}}`)
        }) > 0`,
        legend: "{{query}}, {{policy}}",
      }],
    },
  ],
};
