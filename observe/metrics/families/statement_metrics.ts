/**
 * What statements take of Cassandra, by the name of their query.
 *
 * @module
 */
import prometheus from "prom-client";
import type { Observation, StatementFailure } from "../../observation.ts";
import { DurationHistogram, type DurationSeries } from "../duration_histogram.ts";
import { createTallies, type Tally } from "../tally.ts";

type Of<Kind extends Observation["kind"]> = Observation & { readonly kind: Kind };

export interface StatementMetrics {
  /** Starts the counters of these queries at zero, if they have not begun. */
  start(queries: Of<"routes">["queries"]): void;
  statement(observation: Of<"statement">): void;
  bulk(observation: Of<"bulk">): void;
  shared(observation: Of<"shared_reads">): void;
  drift(observation: Of<"schema_drift">): void;
  warning(observation: Of<"server_warning">): void;
}

/** What is counted for one query. */
interface QueryTallies {
  /** By outcome. */
  readonly durations: Map<string, DurationSeries>;
  readonly serverSeconds: Tally;
  readonly rowsSent: Tally;
  readonly rowsReceived: Tally;
  readonly bytesSent: Tally;
  readonly bytesReceived: Tally;
  readonly preparedAgain: Tally;
  readonly coalesced: Tally;
  readonly warnings: Tally;
  readonly guardrailWarnings: Tally;
  readonly failures: Readonly<Record<StatementFailure, Tally>>;
}

const BULK_OUTCOMES = ["written", "failed"] as const;

export function createStatementMetrics(register: prometheus.Registry): StatementMetrics {
  const registers = [register];
  const durations = new DurationHistogram(register, {
    name: "cqlgate_cassandra_statement_duration_seconds",
    help: "Time that Cassandra took for a statement, by query name and outcome",
    labelNames: ["query", "outcome"],
  });
  const serverSeconds = createTallies(register, {
    name: "cqlgate_cassandra_server_seconds_total",
    help:
      "Time from sending statements until their answers, by query name; the rest of their duration passes in this process and in earlier attempts",
    labelNames: ["query"],
  });
  const rows = createTallies(register, {
    name: "cqlgate_cassandra_rows_total",
    help: "Rows that were received from Cassandra, or sent to it to be written, by query name",
    labelNames: ["query", "direction"],
  });
  const bytes = createTallies(register, {
    name: "cqlgate_cassandra_bytes_total",
    help: "Bytes of the rows that were received, and of the values that were sent, by query name",
    labelNames: ["query", "direction"],
  });
  const timeouts = createTallies(register, {
    name: "cqlgate_cassandra_timeouts_total",
    help:
      "Statements without an answer in time, by query name, and whether the deadline of the request or a timeout of Cassandra's own ended them",
    labelNames: ["query", "timeout"],
  });
  const preparedAgain = createTallies(register, {
    name: "cqlgate_cassandra_prepared_again_total",
    help: "Statements that a node had forgotten and prepared again, by query name",
    labelNames: ["query"],
  });
  const coalesced = createTallies(register, {
    name: "cqlgate_coalesced_reads_total",
    help: "Reads that shared the statement of an identical read, by query name",
    labelNames: ["query"],
  });
  const prepared = new prometheus.Gauge({
    name: "cqlgate_prepared_queries",
    help: "Queries that are prepared and served",
    registers,
  });
  const warnings = createTallies(register, {
    name: "cqlgate_cassandra_warnings_total",
    help: "Warnings that Cassandra sent with its answers, by query name",
    labelNames: ["query"],
  });
  const guardrails = createTallies(register, {
    name: "cqlgate_cassandra_guardrail_hits_total",
    help:
      "Statements that one of Cassandra's own guardrails warned about or refused, by query name",
    labelNames: ["query", "action"],
  });
  const bulkLines = new prometheus.Counter({
    name: "cqlgate_bulk_lines_total",
    help: "Lines of bulk requests, by query name and whether they were written",
    labelNames: ["query", "outcome"],
    registers,
  });
  const drifts = new prometheus.Counter({
    name: "cqlgate_schema_drifts_total",
    help: "Statements that no longer fit the schema, or whose results no longer do",
    labelNames: ["query"],
    registers,
  });

  const byQuery = new Map<string, QueryTallies>();
  function talliesOf(query: string): QueryTallies {
    const known = byQuery.get(query);
    if (known !== undefined) return known;
    const made: QueryTallies = {
      durations: new Map([["ok", durations.series({ query, outcome: "ok" })]]),
      serverSeconds: serverSeconds({ query }),
      rowsSent: rows({ query, direction: "sent" }),
      rowsReceived: rows({ query, direction: "received" }),
      bytesSent: bytes({ query, direction: "sent" }),
      bytesReceived: bytes({ query, direction: "received" }),
      preparedAgain: preparedAgain({ query }),
      coalesced: coalesced({ query }),
      warnings: warnings({ query }),
      guardrailWarnings: guardrails({ query, action: "warned" }),
      failures: {
        deadline: timeouts({ query, timeout: "deadline" }),
        read_timeout: timeouts({ query, timeout: "read" }),
        write_timeout: timeouts({ query, timeout: "write" }),
        guardrail: guardrails({ query, action: "refused" }),
      },
    };
    byQuery.set(query, made);
    drifts.inc({ query }, 0);
    return made;
  }

  return {
    start(queries) {
      prepared.set(queries.length);
      for (const { name: query, bulk } of queries) {
        talliesOf(query);
        if (!bulk) continue;
        for (const outcome of BULK_OUTCOMES) bulkLines.inc({ query, outcome }, 0);
      }
    },
    statement({ query, outcome, durationMs, failure, cost }) {
      const tallies = talliesOf(query);
      let series = tallies.durations.get(outcome);
      if (series === undefined) {
        series = durations.series({ query, outcome });
        tallies.durations.set(outcome, series);
      }
      series.observe(durationMs / 1000);
      tallies.serverSeconds.value += cost.serverMs / 1000;
      tallies.rowsSent.value += cost.rowsSent;
      tallies.rowsReceived.value += cost.rowsReceived;
      tallies.bytesSent.value += cost.bytesSent;
      tallies.bytesReceived.value += cost.bytesReceived;
      tallies.preparedAgain.value += cost.preparedAgain;
      if (failure !== null) tallies.failures[failure].value++;
    },
    bulk(observation) {
      const { query } = observation;
      for (const outcome of BULK_OUTCOMES) bulkLines.inc({ query, outcome }, observation[outcome]);
    },
    shared({ query, count }) {
      talliesOf(query).coalesced.value += count;
    },
    drift: ({ query }) => drifts.inc({ query }),
    warning({ query, isGuardrail }) {
      const tallies = talliesOf(query);
      tallies.warnings.value++;
      if (isGuardrail) tallies.guardrailWarnings.value++;
    },
  };
}
