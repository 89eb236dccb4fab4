/**
 * What statements take of Cassandra, by the name of their query.
 *
 * @module
 */
import prometheus from "prom-client";
import type { ObservationOf } from "../../observation.ts";
import { QueryTallies, registerQueryFamilies } from "./query_tallies.ts";

export interface StatementMetrics {
  /** Starts the counters of these queries at zero, if they have not begun. */
  start(queries: ObservationOf<"routes">["queries"]): void;
  statement(observation: ObservationOf<"statement">): void;
  bulk(observation: ObservationOf<"bulk">): void;
  shared(observation: ObservationOf<"shared_reads">): void;
  drift(observation: ObservationOf<"schema_drift">): void;
  warning(observation: ObservationOf<"server_warning">): void;
}

const BULK_OUTCOMES = ["written", "failed"] as const;

export function createStatementMetrics(register: prometheus.Registry): StatementMetrics {
  const registers = [register];
  const families = registerQueryFamilies(register);
  const prepared = new prometheus.Gauge({
    name: "cqlgate_prepared_queries",
    help: "Queries that are prepared and served",
    registers,
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
    const made = new QueryTallies(families, query);
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
    statement: (observation) => talliesOf(observation.query).countStatement(observation),
    bulk(observation) {
      const { query } = observation;
      for (const outcome of BULK_OUTCOMES) bulkLines.inc({ query, outcome }, observation[outcome]);
    },
    shared: ({ query, count }) => talliesOf(query).countCoalesced(count),
    drift: ({ query }) => drifts.inc({ query }),
    warning: ({ query, isGuardrail }) => talliesOf(query).countWarning(isGuardrail),
  };
}
