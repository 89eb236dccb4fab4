/**
 * What all contenders share during a run: the cluster with its rows, the tokens, and the files that the
 * generators of load read.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { bareBatchImport } from "../bulk/bare_driver.ts";
import { writeRows } from "../bulk/rows.ts";
import { readConfig } from "../../config/config.ts";
import { startCassandra } from "../../dev/cassandra/cassandra.ts";
import { freePort } from "../../dev/ports.ts";
import { migrate } from "../../tasks/migrate.ts";
import type { ContenderSettings } from "../contenders/contender.ts";
import { PROJECT } from "../contenders/contenders.ts";
import { fill } from "../data/fill.ts";
import { AUDIENCE, type Issued, ISSUER, issueTokens } from "../data/tokens.ts";
import type { BenchOptions } from "../options.ts";
import { createRandom } from "../work/random.ts";
import { formatRequest } from "../work/request_file.ts";
import type { RequestWork } from "../work/works.ts";

export interface Stage extends Issued {
  readonly folder: string;
  readonly settings: Omit<ContenderSettings, "PORT">;
  readonly cassandraVersion: string;
  /** The requests of a work, in a file. */
  requestsFile(work: RequestWork): Promise<string>;
  /** Rows as NDJSON, for imports; the second is for warming up. */
  readonly rowsFile: string;
  readonly warmUpFile: string;
}

/** A station that has all rows of a transfer, and one that has those for warming up. */
export const EXPORTED_STATION = "exported";
export const WARM_UP_STATION = "warm-up";
export const WARM_UP_ROWS = 10_000;

/** Enough that the caches of a server are asked for more than a handful of keys; then they repeat. */
const REQUESTS = 10_000;
const SEED = 20_260_101;

/** @param stack takes what is to be undone at the end */
export async function setStage(
  options: BenchOptions,
  stack: AsyncDisposableStack,
): Promise<Stage> {
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const given = Deno.env.get("CASSANDRA_CONTACT_POINTS") ||
    Deno.env.get("TEST_CASSANDRA_CONTACT_POINTS");
  const contactPoint = given || await ownNode(folder, stack);
  const issued = await issueTokens(folder);
  const settings = {
    HOST: "127.0.0.1",
    CASSANDRA_CONTACT_POINTS: contactPoint,
    CASSANDRA_LOCAL_DATACENTER: Deno.env.get("CASSANDRA_LOCAL_DATACENTER") || "dc1",
    CASSANDRA_KEYSPACE: `bench_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`,
    JWT_JWKS_FILE: issued.keySetFile,
    OIDC_ISSUER: ISSUER,
    OIDC_AUDIENCE: AUDIENCE,
  };
  await migrate(
    readConfig({
      ...settings,
      PORT: "0",
      ADMIN_PORT: "0",
      CQL_DIR: PROJECT,
      CURSOR_KEY: new Uint8Array(32).toBase64(),
      CASSANDRA_REPLICATION: Deno.env.get("CASSANDRA_REPLICATION") || "dc1:1",
    }),
    { log: () => {} },
  );
  const client = new cassandra.Client({
    contactPoints: contactPoint.split(","),
    localDataCenter: settings.CASSANDRA_LOCAL_DATACENTER,
    keyspace: settings.CASSANDRA_KEYSPACE,
  });
  await client.connect();
  stack.defer(async () => {
    await client.execute(`DROP KEYSPACE ${settings.CASSANDRA_KEYSPACE}`);
    await client.shutdown();
  });
  await fill(client);
  const { rows: [system] } = await client.execute("SELECT release_version FROM system.local");
  const [rowsFile, warmUpFile] = [`${folder}/rows.ndjson`, `${folder}/warm-up.ndjson`];
  if (options.works.some(({ kind }) => kind === "transfer")) {
    await writeRows(rowsFile, options.rowsOfTransfer);
    await writeRows(warmUpFile, WARM_UP_ROWS);
    const batches = { concurrency: 64, rows: 100 };
    await bareBatchImport(client, { path: rowsFile, station: EXPORTED_STATION, ...batches });
    await bareBatchImport(client, { path: warmUpFile, station: WARM_UP_STATION, ...batches });
  }
  return {
    ...issued,
    folder,
    settings,
    cassandraVersion: system!.get("release_version"),
    requestsFile: (work) => requestsFile(folder, work),
    rowsFile,
    warmUpFile,
  };
}

async function requestsFile(folder: string, work: RequestWork): Promise<string> {
  const path = `${folder}/${work.name}.requests`;
  const next = work.plan(createRandom(SEED));
  const lines = Array.from({ length: REQUESTS }, () => `${formatRequest(next())}\n`);
  await Deno.writeTextFile(path, lines.join(""));
  return path;
}

export async function ownNode(folder: string, stack: AsyncDisposableStack): Promise<string> {
  const node = await startCassandra({
    directory: `${folder}/cassandra`,
    nativePort: freePort(),
    hasFewThreads: true,
    log: (line) => console.error(line),
  });
  stack.defer(() => node.kill());
  return node.contactPoint;
}
