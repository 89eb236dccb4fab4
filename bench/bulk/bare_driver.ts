/**
 * The peer that the service is measured against: cassandra-driver used as its documentation
 * shows, with nothing around it. It reads the same file, writes the same rows, and reads pages of the same
 * size.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { readLines } from "./rows.ts";

const FETCH_SIZE = 1_000;

const INSERT =
  `INSERT INTO observations (tenant_id, station_id, month, observed_at, temperature, pressure, wind)
   VALUES ('acme', ?, ?, ?, ?, ?, ?)`;
const SELECT = `SELECT observed_at, temperature, pressure, wind FROM observations
   WHERE tenant_id = 'acme' AND station_id = ? AND month = ?`;

const QUERY_OPTIONS = {
  prepare: true,
  isIdempotent: true,
  consistency: cassandra.types.consistencies.localQuorum,
} as const;

interface ImportOptions {
  readonly path: string;
  readonly station: string;
  /** Statements under way at once. */
  readonly concurrency: number;
}

type Params = [station: string, month: string, ...cells: unknown[]];

function paramsOf(line: string, station: string): Params {
  const { observed_at, temperature, pressure, wind } = JSON.parse(line);
  const month = observed_at.slice(0, "2010-01".length);
  return [station, month, new Date(observed_at), temperature, pressure, wind];
}

/** Writes the rows of an NDJSON file, each by a statement of its own. */
export async function bareImport(
  client: cassandra.Client,
  { path, station, concurrency }: ImportOptions,
): Promise<void> {
  const lines = readLines(path);
  const worker = async () => {
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      await client.execute(INSERT, paramsOf(next.value, station), QUERY_OPTIONS);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Writes the rows of an NDJSON file, neighbours of one partition in one batch. */
export async function bareBatchImport(
  client: cassandra.Client,
  { path, station, concurrency, rows }: ImportOptions & { readonly rows: number },
): Promise<void> {
  const batches = batchesOf(readLines(path), { station, rows });
  const worker = async () => {
    for (let next = await batches.next(); !next.done; next = await batches.next()) {
      const queries = next.value.map((params) => ({ query: INSERT, params }));
      await client.batch(queries, { ...QUERY_OPTIONS, logged: false });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function* batchesOf(
  lines: AsyncIterable<string>,
  { station, rows }: { station: string; rows: number },
): AsyncGenerator<Params[]> {
  let batch: Params[] = [];
  for await (const line of lines) {
    const params = paramsOf(line, station);
    if (batch.length === rows || (batch.length > 0 && batch[0]![1] !== params[1])) {
      yield batch;
      batch = [];
    }
    batch.push(params);
  }
  if (batch.length > 0) yield batch;
}

/** Reads all rows of the given months, and gives their number. */
export async function bareExport(
  client: cassandra.Client,
  { station, months }: { station: string; months: Iterable<string> },
): Promise<number> {
  let rows = 0;
  for (const month of months) {
    const result = await client.execute(SELECT, [station, month], {
      ...QUERY_OPTIONS,
      fetchSize: FETCH_SIZE,
    });
    for await (const row of result) rows += row.observed_at instanceof Date ? 1 : 0;
  }
  return rows;
}
