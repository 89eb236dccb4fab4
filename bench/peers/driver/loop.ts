/**
 * The limit: cassandra-driver in a loop, without HTTP. A number of workers run the statements of the same
 * requests that the servers are sent, one after the other, and read every value of every row. It prints what it
 * measured as JSON.
 *
 *     loop.ts requests REQUESTS_FILE SECONDS WARM_UP_SECONDS CONCURRENCY
 *     loop.ts in NDJSON_FILE STATION
 *     loop.ts out STATION MONTHS
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { bareBatchImport, bareExport } from "../../bulk/bare_driver.ts";
import { type LoopMeasure, quantilesOf } from "../../load/quantiles.ts";
import { treeUsage } from "../../measure/process_tree.ts";
import { parseRequest } from "../../work/request_file.ts";
import { TENANT } from "../../work/tenant.ts";

const STATION = `SELECT station_id, name, elevation, latitude, longitude FROM stations
  WHERE tenant_id = ? AND station_id = ?`;
const OBSERVATIONS = `SELECT observed_at, temperature, pressure, wind FROM observations
  WHERE tenant_id = ? AND station_id = ? AND month = ?`;
const INSERT = `INSERT INTO observations
  (tenant_id, station_id, month, observed_at, temperature, pressure, wind)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
const ROWS_IN_A_BATCH = 100;

interface Statement {
  readonly cql: string;
  readonly values: readonly unknown[];
}

function statementOf(line: string): Statement {
  const { method, path, body } = parseRequest(line);
  const [, station, , month] = path.slice(1).split(/[/?]/);
  if (method === "POST") {
    const { observed_at, temperature, pressure, wind } = JSON.parse(body!);
    const at = [observed_at.slice(0, "2010-01".length), new Date(observed_at)];
    return { cql: INSERT, values: [TENANT, station, ...at, temperature, pressure, wind] };
  }
  return month === undefined
    ? { cql: STATION, values: [TENANT, station] }
    : { cql: OBSERVATIONS, values: [TENANT, station, month] };
}

interface LoopOptions {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly concurrency: number;
}

async function loop(
  client: cassandra.Client,
  statements: readonly Statement[],
  { seconds, warmUpSeconds, concurrency }: LoopOptions,
): Promise<LoopMeasure> {
  let next = 0;
  async function run(untilMs: number): Promise<{ rows: number; latencies: number[] }> {
    const latencies: number[] = [];
    let rows = 0;
    async function work(): Promise<void> {
      for (let startedAt = performance.now(); startedAt < untilMs;) {
        const { cql, values } = statements[next++ % statements.length]!;
        const result = await client.execute(cql, [...values], { prepare: true });
        rows += result.rows?.length ?? 1;
        const now = performance.now();
        latencies.push(now - startedAt);
        startedAt = now;
      }
    }
    await Promise.all(Array.from({ length: concurrency }, work));
    return { rows, latencies };
  }
  await run(performance.now() + warmUpSeconds * 1_000);
  const before = await treeUsage(Deno.pid);
  const startedAt = performance.now();
  const { rows, latencies } = await run(startedAt + seconds * 1_000);
  const elapsed = (performance.now() - startedAt) / 1_000;
  const after = await treeUsage(Deno.pid);
  return {
    seconds: elapsed,
    requests: latencies.length,
    rows,
    errors: 0,
    latencyMs: quantilesOf(latencies),
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    memoryBytes: after.memoryBytes,
  };
}

/** One transfer of many rows. */
async function transfer(run: () => Promise<number>): Promise<LoopMeasure> {
  const startedAt = performance.now();
  const rows = await run();
  const usage = await treeUsage(Deno.pid);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { seconds, requests: 1, rows, errors: 0, latencyMs: null, ...usage };
}

async function measure(client: cassandra.Client, args: readonly string[]): Promise<LoopMeasure> {
  const [kind, ...rest] = args;
  switch (kind) {
    case "requests": {
      const lines = (await Deno.readTextFile(rest[0]!)).trimEnd().split("\n");
      const [seconds, warmUpSeconds, concurrency] = rest.slice(1).map(Number);
      return await loop(client, lines.map(statementOf), {
        seconds: seconds!,
        warmUpSeconds: warmUpSeconds!,
        concurrency: concurrency!,
      });
    }
    case "in": {
      const [path, station, rows] = rest;
      return await transfer(async () => {
        const options = { path: path!, station: station!, concurrency: 256, rows: ROWS_IN_A_BATCH };
        await bareBatchImport(client, options);
        return Number(rows);
      });
    }
    case "out": {
      const [station, months] = rest;
      return await transfer(() =>
        bareExport(client, { station: station!, months: months!.split(",") })
      );
    }
    default:
      throw new TypeError(`Cannot measure "${kind}": it is not requests, in or out`);
  }
}

if (import.meta.main) {
  const env = Deno.env.toObject();
  const client = new cassandra.Client({
    contactPoints: env.CASSANDRA_CONTACT_POINTS!.split(","),
    localDataCenter: env.CASSANDRA_LOCAL_DATACENTER!,
    keyspace: env.CASSANDRA_KEYSPACE!,
    queryOptions: {
      isIdempotent: true,
      consistency: cassandra.types.consistencies.localQuorum,
    },
  });
  await client.connect();
  console.log(JSON.stringify(await measure(client, Deno.args)));
  await client.shutdown();
}
