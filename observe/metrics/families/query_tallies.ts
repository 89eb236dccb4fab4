/**
 * What the statements of one query take of Cassandra, counted under the labels of that query.
 *
 * @module
 */
import type prometheus from "prom-client";
import type { ObservationOf, StatementFailure } from "../../observation.ts";
import { DurationHistogram, type DurationSeries } from "../duration_histogram.ts";
import { createTallies, type Tally } from "../tally.ts";

export class QueryTallies {
  /** By outcome. */
  readonly #durations = new Map<string, DurationSeries>();
  readonly #families: QueryFamilies;
  readonly #query: string;
  readonly #serverSeconds: Tally;
  readonly #rowsSent: Tally;
  readonly #rowsReceived: Tally;
  readonly #bytesSent: Tally;
  readonly #bytesReceived: Tally;
  readonly #preparedAgain: Tally;
  readonly #coalesced: Tally;
  readonly #warnings: Tally;
  readonly #guardrailWarnings: Tally;
  readonly #failures: Readonly<Record<StatementFailure, Tally>>;

  constructor(families: QueryFamilies, query: string) {
    const { rows, bytes, timeouts, guardrails } = families;
    this.#families = families;
    this.#query = query;
    this.#duration("ok");
    this.#serverSeconds = families.serverSeconds({ query });
    this.#rowsSent = rows({ query, direction: "sent" });
    this.#rowsReceived = rows({ query, direction: "received" });
    this.#bytesSent = bytes({ query, direction: "sent" });
    this.#bytesReceived = bytes({ query, direction: "received" });
    this.#preparedAgain = families.preparedAgain({ query });
    this.#coalesced = families.coalesced({ query });
    this.#warnings = families.warnings({ query });
    this.#guardrailWarnings = guardrails({ query, action: "warned" });
    this.#failures = {
      deadline: timeouts({ query, timeout: "deadline" }),
      read_timeout: timeouts({ query, timeout: "read" }),
      write_timeout: timeouts({ query, timeout: "write" }),
      guardrail: guardrails({ query, action: "refused" }),
    };
  }

  countStatement({ outcome, durationMs, failure, cost }: ObservationOf<"statement">): void {
    this.#duration(outcome).observe(durationMs / 1000);
    this.#serverSeconds.value += cost.serverMs / 1000;
    this.#rowsSent.value += cost.rowsSent;
    this.#rowsReceived.value += cost.rowsReceived;
    this.#bytesSent.value += cost.bytesSent;
    this.#bytesReceived.value += cost.bytesReceived;
    this.#preparedAgain.value += cost.preparedAgain;
    if (failure !== null) this.#failures[failure].value++;
  }

  /** @param count reads that shared the statement of another */
  countCoalesced(count: number): void {
    this.#coalesced.value += count;
  }

  countWarning(isGuardrail: boolean): void {
    this.#warnings.value++;
    if (isGuardrail) this.#guardrailWarnings.value++;
  }

  #duration(outcome: string): DurationSeries {
    const known = this.#durations.get(outcome);
    if (known !== undefined) return known;
    const made = this.#families.durations.series({ query: this.#query, outcome });
    this.#durations.set(outcome, made);
    return made;
  }
}

export type QueryFamilies = ReturnType<typeof registerQueryFamilies>;

/** Registers the families of metrics that each query has a series of. */
export function registerQueryFamilies(register: prometheus.Registry) {
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
  return {
    durations,
    serverSeconds,
    rows,
    bytes,
    timeouts,
    preparedAgain,
    coalesced,
    warnings,
    guardrails,
  };
}
