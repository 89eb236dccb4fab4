/**
 * How soon gateways are ready again after an outage: it asks them all the while, and a driver of its own
 * whether the cluster has come.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { LocalCassandra } from "../../dev/cassandra/cassandra.ts";
import { speaksCql } from "../../dev/cassandra/cql_probe.ts";
import type { Ring } from "../../dev/cassandra/ring.ts";
import type { StatusSnapshot } from "../../observe/status.ts";
import { eventually } from "../support/eventually.ts";
import type { Gateway } from "./gateway.ts";

export interface Recovery {
  /** When the first of the dead nodes answered CQL. */
  readonly nodeAt: number;
  /** When a quorum answered. */
  readonly clusterAt: number;
  /** When each gateway was ready, in their order. */
  readonly readyAt: readonly number[];
}

const INTERVAL_MS = 20;
const PATIENCE_MS = 180_000;
const { all, quorum } = cassandra.types.consistencies;

/** Resolves when every gateway is ready. To be called while a quorum is not there. */
export async function awaitRecovery(
  ring: Ring,
  gateways: readonly Gateway[],
  table: string,
): Promise<Recovery> {
  const [nodeAt, clusterAt, ...readyAt] = await Promise.all([
    Promise.race(ring.nodes.slice(0, 2).map(untilAnswers)),
    untilRead(ring, table, quorum),
    ...gateways.map(untilReady),
  ]);
  return { nodeAt, clusterAt, readyAt };
}

async function untilAnswers({ contactPoint }: LocalCassandra): Promise<number> {
  const [hostname, port] = contactPoint.split(":") as [string, string];
  while (!await speaksCql({ hostname, port: Number(port) })) await pause();
  return performance.now();
}

/** Resolves when every node answers the others, and every gateway is connected to those of its data centre. */
export async function awaitNodes(
  ring: Ring,
  gateways: readonly Gateway[],
  table: string,
): Promise<void> {
  const { localDatacenter } = ring.nodes[0];
  const connected = gateways.map((gateway) => untilConnected(gateway, localDatacenter));
  await Promise.all([untilRead(ring, table, all), ...connected]);
}

async function untilConnected(
  { name, adminUrl }: Gateway,
  localDatacenter: string,
): Promise<void> {
  await eventually(`gateway ${name} is connected to every node`, async () => {
    const response = await fetch(`${adminUrl}/readyz?verbose`);
    const { cassandra: { hosts } } = await response.json() as StatusSnapshot;
    return hosts.every(({ datacenter, up }) => up || datacenter !== localDatacenter);
  });
}

/** When a new client could read at a level. */
async function untilRead(ring: Ring, table: string, consistency: number): Promise<number> {
  const [{ contactPoint, localDatacenter }] = ring.nodes;
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    // A client of its own for each attempt: none waits for its turn to connect again.
    const client = new cassandra.Client({
      contactPoints: ring.nodes.map((node) => node.contactPoint),
      localDataCenter: localDatacenter,
      protocolOptions: { port: Number(contactPoint.split(":")[1]) },
      socketOptions: { connectTimeout: 500, readTimeout: 1_000 },
    });
    try {
      await client.connect();
      await client.execute(`SELECT * FROM ${table} LIMIT 1`, [], { consistency });
      return performance.now();
    } catch {
      await pause();
    } finally {
      await client.shutdown().catch(() => {});
    }
  }
  throw new Error(`Cannot read at level ${consistency}: no answer after ${PATIENCE_MS / 1_000} s`);
}

/** When it is ready after it was not. */
async function untilReady({ url }: Gateway): Promise<number> {
  let wasUnready = false;
  for (;;) {
    const response = await fetch(`${url}/readyz`);
    await response.body?.cancel();
    if (response.status !== 200) wasUnready = true;
    else if (wasUnready) return performance.now();
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
}
