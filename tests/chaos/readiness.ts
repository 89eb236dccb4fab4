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

/** Resolves when every gateway is ready. To be called while a quorum is not there. */
export async function awaitRecovery(
  ring: Ring,
  gateways: readonly Gateway[],
  table: string,
): Promise<Recovery> {
  const [nodeAt, clusterAt, ...readyAt] = await Promise.all([
    Promise.race(ring.nodes.slice(0, 2).map(untilAnswers)),
    untilQuorum(ring, table),
    ...gateways.map(untilReady),
  ]);
  return { nodeAt, clusterAt, readyAt };
}

async function untilAnswers({ contactPoint }: LocalCassandra): Promise<number> {
  const [hostname, port] = contactPoint.split(":") as [string, string];
  while (!await speaksCql({ hostname, port: Number(port) })) await pause();
  return performance.now();
}

async function untilQuorum(ring: Ring, table: string): Promise<number> {
  const [{ contactPoint, localDatacenter }] = ring.nodes;
  for (;;) {
    // A client of its own for each attempt: none waits for its turn to connect again.
    const client = new cassandra.Client({
      contactPoints: ring.nodes.map((node) => node.contactPoint),
      localDataCenter: localDatacenter,
      protocolOptions: { port: Number(contactPoint.split(":")[1]) },
      socketOptions: { connectTimeout: 500, readTimeout: 1_000 },
    });
    try {
      await client.connect();
      await client.execute(`SELECT * FROM ${table} LIMIT 1`, [], {
        consistency: cassandra.types.consistencies.quorum,
      });
      return performance.now();
    } catch {
      await pause();
    } finally {
      await client.shutdown().catch(() => {});
    }
  }
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
