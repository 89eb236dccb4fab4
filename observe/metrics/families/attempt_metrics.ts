/**
 * Statements that were sent to Cassandra more than once, and those that were not because the budget was used
 * up.
 *
 * @module
 */
import prometheus from "prom-client";
import type { AttemptsReading } from "../readings.ts";

const NONE: AttemptsReading = {
  retries: { sent: 0, refused: 0 },
  speculative: { won: 0, lost: 0, refused: 0 },
};

/** @param read the counts so far; null before the service is put together */
export function registerAttemptMetrics(
  register: prometheus.Registry,
  read: () => AttemptsReading | null,
): void {
  counter("cqlgate_cassandra_retries_total", {
    help:
      "Statements that were sent again after a failure, or were not because the budget was used up",
    read: ({ retries }) => ({ sent: retries.sent, no_budget: retries.refused }),
  });
  counter("cqlgate_cassandra_speculative_executions_total", {
    help:
      "Reads that were also sent to a second node, by whether that node answered first, or were not because the budget was used up",
    read: ({ speculative: { won, lost, refused } }) => ({
      won,
      not_won: lost,
      no_budget: refused,
    }),
  });

  function counter(
    name: string,
    options: {
      readonly help: string;
      readonly read: (reading: AttemptsReading) => Readonly<Record<string, number>>;
    },
  ): void {
    new prometheus.Counter({
      name,
      help: options.help,
      labelNames: ["outcome"],
      registers: [register],
      collect() {
        const counts = options.read(read() ?? NONE);
        this.reset();
        for (const [outcome, count] of Object.entries(counts)) {
          this.inc({ outcome }, count);
        }
      },
    });
  }
}
