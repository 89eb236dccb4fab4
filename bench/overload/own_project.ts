/**
 * A service in its own process on queries and rows of a benchmark's own, on the cluster that
 * `CASSANDRA_CONTACT_POINTS` names, in a keyspace that is dropped afterwards, or on a node of its own.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { readConfig } from "../../config/config.ts";
import { freePort } from "../../dev/ports.ts";
import { taskArguments } from "../../dev/task_arguments.ts";
import type { Usage } from "../measure/process_tree.ts";
import { startServer } from "../measure/server_process.ts";
import { ownNode } from "../measure/stage.ts";
import { migrate } from "../../tasks/migrate.ts";

export interface OwnProject {
  readonly url: string;
  readonly client: cassandra.Client;
  /** What the process of the service has used so far. */
  usage(): Promise<Usage>;
  /** The value of a metric without labels, or the sum over all labels. */
  metric(name: string): Promise<number>;
}

export interface OwnProjectOptions {
  readonly migration: string;
  readonly queries: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** @param stack ends what was started */
export async function startOwnProject(
  { migration, queries, env: own = {} }: OwnProjectOptions,
  stack: AsyncDisposableStack,
): Promise<OwnProject> {
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const contactPoint = Deno.env.get("CASSANDRA_CONTACT_POINTS") || await ownNode(folder, stack);
  for (const name of ["migrations", "queries"]) await Deno.mkdir(`${folder}/${name}`);
  await Deno.writeTextFile(`${folder}/migrations/0001_own.cql`, migration);
  await Deno.writeTextFile(`${folder}/queries/own.cql`, queries);
  const datacenter = Deno.env.get("CASSANDRA_LOCAL_DATACENTER") || "dc1";
  const adminPort = freePort();
  const env = {
    HOST: "127.0.0.1",
    PORT: String(freePort()),
    ADMIN_PORT: String(adminPort),
    CQL_DIR: folder,
    CASSANDRA_CONTACT_POINTS: contactPoint,
    CASSANDRA_LOCAL_DATACENTER: datacenter,
    CASSANDRA_REPLICATION: `${datacenter}:1`,
    CASSANDRA_CONSISTENCY: "LOCAL_ONE",
    CASSANDRA_KEYSPACE: `bench_${crypto.randomUUID().replaceAll("-", "")}`,
    CURSOR_KEY: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
    DRAIN_DELAY_MS: "0",
    SHUTDOWN_GRACE_MS: "1000",
    GUARDRAILS: "warn",
    LOG_LEVEL: "error",
    ...own,
  };
  await migrate(readConfig(env), { log: () => {} });
  const client = new cassandra.Client({
    contactPoints: contactPoint.split(","),
    localDataCenter: datacenter,
    keyspace: env.CASSANDRA_KEYSPACE,
    protocolOptions: { port: Number(contactPoint.split(":").at(-1)) },
  });
  await client.connect();
  stack.defer(async () => {
    await client.execute(`DROP KEYSPACE ${env.CASSANDRA_KEYSPACE}`);
    await client.shutdown();
  });
  const service = await startServer({
    command: [Deno.execPath(), ...taskArguments("start", env)],
    env,
    logFile: `${folder}/log`,
  });
  stack.defer(() => service.stop());
  return {
    url: service.url,
    client,
    usage: () => service.usage(),
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
      const samples = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"));
      return samples.reduce((sum, [, value]) => sum + Number(value), 0);
    },
  };
}
