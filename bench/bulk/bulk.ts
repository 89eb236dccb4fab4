/**
 * `deno task bench:bulk`: moves a million rows from a file into Cassandra and out again, through the service and,
 * for comparison, through the bare driver, row by row and in batches. It compares every row that comes out
 * with the row that went in.
 *
 *     deno task bench:bulk [--rows 1000000] [--concurrency 256]
 *
 * `CASSANDRA_CONTACT_POINTS` names a cluster to run on, in a keyspace of its own that is dropped afterwards.
 * Without it, the benchmark starts a node.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { parseArgs } from "node:util";
import { readConfig } from "../../config/config.ts";
import { startCassandra } from "../../dev/cassandra/cassandra.ts";
import { DEV_AUDIENCE, startOidcProvider } from "../../dev/oidc/provider.ts";
import { fetchToken } from "../../dev/oidc/token_request.ts";
import { freePort } from "../../dev/ports.ts";
import { migrate } from "../../tasks/migrate.ts";
import { taskArguments } from "../../dev/task_arguments.ts";
import { startServer } from "../measure/server_process.ts";
import { runBench } from "../run_bench.ts";
import { bareBatchImport, bareExport, bareImport } from "./bare_driver.ts";
import { assertSameRows, endOf, rowAt, START, writeRows } from "./rows.ts";

const NDJSON = "application/x-ndjson";

/** Compilers and caches must be warm before we measure. */
const WARM_UP_ROWS = 100_000;
/** Rows of one partition in a batch: what the service does, done by hand with the driver. */
const ROWS_IN_A_BATCH = 100;

interface BenchOptions {
  readonly rows: number;
  /** Of the bare driver; the service finds its own, up to 256. */
  readonly concurrency: number;
}

async function bench({ rows, concurrency }: BenchOptions): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const contactPoint = Deno.env.get("CASSANDRA_CONTACT_POINTS") || await ownNode(folder, stack);
  const provider = await startOidcProvider({ port: freePort() });
  stack.defer(() => provider.close());
  const env = {
    HOST: "127.0.0.1",
    PORT: String(freePort()),
    ADMIN_PORT: String(freePort()),
    CQL_DIR: "./cql",
    CASSANDRA_CONTACT_POINTS: contactPoint,
    CASSANDRA_LOCAL_DATACENTER: Deno.env.get("CASSANDRA_LOCAL_DATACENTER") || "dc1",
    CASSANDRA_REPLICATION: Deno.env.get("CASSANDRA_REPLICATION") || "dc1:1",
    CASSANDRA_KEYSPACE: `bench_${crypto.randomUUID().replaceAll("-", "")}`,
    OIDC_ISSUER: provider.issuer,
    OIDC_AUDIENCE: DEV_AUDIENCE,
    CURSOR_KEY: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
    DRAIN_DELAY_MS: "0",
    LOG_LEVEL: "warning",
  };
  await migrate(readConfig(env), { log: () => {} });
  const client = new cassandra.Client({
    contactPoints: contactPoint.split(","),
    localDataCenter: env.CASSANDRA_LOCAL_DATACENTER,
    keyspace: env.CASSANDRA_KEYSPACE,
  });
  await client.connect();
  stack.defer(async () => {
    await client.execute(`DROP KEYSPACE ${env.CASSANDRA_KEYSPACE}`);
    await client.shutdown();
  });
  const service = await startServer({
    command: [Deno.execPath(), ...taskArguments("start", env)],
    env,
    logFile: `${folder}/service.log`,
  });
  stack.defer(() => service.stop());
  const peakMemory = () => {
    const bytes = Math.max(...service.memory.map(({ bytes }) => bytes));
    return `${Math.round(bytes / 2 ** 20)} MiB`;
  };

  const [input, output] = [`${folder}/in.ndjson`, `${folder}/out.ndjson`];
  const months = new Set(
    Array.from({ length: rows }, (_, index) => rowAt(index).observedAt.toISOString().slice(0, 7)),
  );
  const authorization = `Bearer ${await fetchToken({ issuer: provider.issuer, user: "writer" })}`;
  const memory: [string, string][] = [["idle", peakMemory()]];

  const warmUp = { url: service.url, authorization, rows: WARM_UP_ROWS, station: "warm" };
  await writeRows(input, warmUp.rows);
  await importFile(input, warmUp);
  await bareImport(client, { path: input, station: "bare-warm", concurrency });
  await exportFile(output, warmUp);

  const api = { ...warmUp, rows, station: "bench" };
  await writeRows(input, rows);
  const imported = await timed(rows, () => importFile(input, api));
  memory.push(["import", peakMemory()]);
  const bare = { path: input, station: "bare", concurrency };
  const bareImported = await timed(rows, () => bareImport(client, bare));
  const byHand = { ...bare, station: "bare-batch", rows: ROWS_IN_A_BATCH };
  const batchImported = await timed(rows, () => bareBatchImport(client, byHand));
  const exported = await timed(rows, () => exportFile(output, api));
  memory.push(["export", peakMemory()]);
  const bareExported = await timed(rows, async () => {
    const count = await bareExport(client, { station: "bare", months });
    if (count !== rows) throw new Error(`Cannot confirm the bare export: ${count} rows`);
  });
  await assertSameRows(output, rows);

  const { size } = await Deno.stat(input);
  console.log(
    [
      `${count(rows)} rows, ${(size / 1e6).toFixed(0)} MB as NDJSON, ${months.size} partitions`,
      "",
      rateOf("import, service", imported),
      comparison("import, driver row by row", { service: imported, peer: bareImported }),
      comparison("import, driver in batches", { service: imported, peer: batchImported }),
      rateOf("export, service", exported),
      comparison("export, driver", { service: exported, peer: bareExported }),
      "",
      `Peak memory of the service: ${memory.map(([when, peak]) => `${when} ${peak}`).join(", ")}`,
      "Every row came back once, in order and unchanged.",
    ].join("\n"),
  );
}

async function ownNode(folder: string, stack: AsyncDisposableStack): Promise<string> {
  const node = await startCassandra({
    directory: `${folder}/cassandra`,
    nativePort: freePort(),
    hasFewThreads: true,
    log: (line) => console.log(line),
  });
  stack.defer(() => node.kill());
  return node.contactPoint;
}

interface Api {
  readonly url: string;
  readonly authorization: string;
  readonly rows: number;
  readonly station: string;
}

function observationsOf({ url, station }: Api): string {
  return `${url}/stations/${station}/observations`;
}

async function importFile(path: string, api: Api): Promise<void> {
  const { authorization, rows } = api;
  const file = await Deno.open(path);
  const response = await fetch(observationsOf(api), {
    method: "POST",
    headers: { authorization, "content-type": NDJSON },
    body: file.readable,
  });
  const report = await response.text();
  if (report !== `{"summary":{"read":${rows},"written":${rows},"failed":0}}\n`) {
    throw new Error(`Cannot import: ${response.status} ${report.slice(0, 1_000)}`);
  }
}

async function exportFile(path: string, api: Api): Promise<void> {
  const { authorization, rows } = api;
  const query = new URLSearchParams({ since: START, until: endOf(rows) });
  const response = await fetch(`${observationsOf(api)}?${query}`, {
    // The driver's rows are not compressed either.
    headers: { authorization, accept: NDJSON, "accept-encoding": "identity" },
  });
  if (!response.ok) throw new Error(`Cannot export: ${response.status} ${await response.text()}`);
  const file = await Deno.open(path, { create: true, write: true, truncate: true });
  await response.body!.pipeTo(file.writable);
}

/** Runs something, and gives the rows per second. */
async function timed(rows: number, run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return rows / ((performance.now() - startedAt) / 1_000);
}

function rateOf(what: string, rate: number): string {
  return `${what.padEnd(28)}${count(Math.round(rate)).padStart(8)} rows/s`;
}

function comparison(what: string, rates: { service: number; peer: number }): string {
  const ratio = (rates.service / rates.peer).toFixed(2);
  return `${rateOf(what, rates.peer)}, of which the service has ${ratio}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: "string", default: "1000000" },
      concurrency: { type: "string", default: "256" },
    },
  });
  const number = (name: "rows" | "concurrency") => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 1) return value;
    throw new TypeError(`Cannot run the benchmark: --${name} is "${values[name]}", not a count`);
  };
  return { rows: number("rows"), concurrency: number("concurrency") };
}

if (import.meta.main) await runBench("bench:bulk", () => bench(readOptions(Deno.args)));
