/**
 * The peer that the service is measured against: cassandra-driver as its documentation has it, with
 * nothing around it. It reads the same file, writes the same rows as many at a time, and pages through
 * them as wide.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { readLines } from "./rows.ts";

const STATION = "bare";
const FETCH_SIZE = 1_000;

const INSERT =
  `INSERT INTO observations (tenant_id, station_id, month, observed_at, temperature, pressure, wind)
   VALUES ('acme', '${STATION}', ?, ?, ?, ?, ?)`;
const SELECT = `SELECT observed_at, temperature, pressure, wind FROM observations
   WHERE tenant_id = 'acme' AND station_id = '${STATION}' AND month = ?`;

const QUERY_OPTIONS = {
  prepare: true,
  isIdempotent: true,
  consistency: cassandra.types.consistencies.localQuorum,
} as const;

/** Writes the rows of an NDJSON file. */
export async function bareImport(
  client: cassandra.Client,
  { path, concurrency }: { path: string; concurrency: number },
): Promise<void> {
  const lines = readLines(path);
  const worker = async () => {
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      const { observed_at, temperature, pressure, wind } = JSON.parse(next.value);
      await client.execute(
        INSERT,
        [
          observed_at.slice(0, "2010-01".length),
          new Date(observed_at),
          temperature,
          pressure,
          wind,
        ],
        QUERY_OPTIONS,
      );
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Reads all rows of the given months, and gives their number. */
export async function bareExport(
  client: cassandra.Client,
  months: Iterable<string>,
): Promise<number> {
  let rows = 0;
  for (const month of months) {
    const result = await client.execute(SELECT, [month], {
      ...QUERY_OPTIONS,
      fetchSize: FETCH_SIZE,
    });
    for await (const row of result) rows += row.observed_at instanceof Date ? 1 : 0;
  }
  return rows;
}
