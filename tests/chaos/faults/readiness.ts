/**
 * How soon gateways are ready again after an outage: it asks them all the while, and a driver of its own
 * whether the cluster has come.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { LocalCassandra } from "../../../dev/cassandra/cassandra.ts";
import { speaksCql } from "../../../dev/cassandra/cql_probe.ts";
import type { Ring } from "../../../dev/cassandra/ring.ts";
import type { StatusSnapshot } from "../../../observe/status_snapshot.ts";
import { type Gateway, isReady } from "../gateway.ts";
import { pause } from "../pause.ts";

export interface Recovery {
  /** When the first of the dead nodes answered CQL. */
  readonly nodeAt: number;
  /** When a quorum answered. */
  readonly clusterAt: number;
  /** When each gateway was ready, in their order. */
  readonly readyAt: readonly number[];
}

const INTERVAL_MS = 20;
/** Then the run is given up, whether a node or a gateway is to blame. */
const PATIENCE_MS = 180_000;
const { all, quorum } = cassandra.types.consistencies;

export interface Watched {
  readonly ring: Ring;
  readonly gateways: readonly Gateway[];
  /** What is read to see whether replicas answer: `keyspace.table`. */
  readonly table: string;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
}

/** Resolves when every gateway is ready. To be called while a quorum is not there. */
export async function awaitRecovery({ ring, gateways, table, signal }: Watched): Promise<Recovery> {
  const near = ring.nodes.slice(0, 2);
  const [nodeAt, clusterAt, ...readyAt] = await Promise.all([
    Promise.race(near.map((node) => eventuallyAt("a node answers", () => answers(node), signal))),
    eventuallyAt("a quorum answers", () => canRead(ring, { table, consistency: quorum }), signal),
    ...gateways.map(async (gateway) => {
      const isUnready = async () => !await isReady(gateway);
      await eventuallyAt(`gateway ${gateway.name} is not ready`, isUnready, signal);
      return await eventuallyAt(`gateway ${gateway.name} is ready`, () => isReady(gateway), signal);
    }),
  ]);
  return { nodeAt, clusterAt, readyAt };
}

/** Resolves when every node answers the others, and every gateway is connected to those of its data centre. */
export async function awaitNodes({ ring, gateways, table, signal }: Watched): Promise<void> {
  const { localDatacenter } = ring.nodes[0];
  await Promise.all([
    eventuallyAt("every replica answers", () => canRead(ring, { table, consistency: all }), signal),
    ...gateways.map((gateway) =>
      eventuallyAt(
        `gateway ${gateway.name} is connected to every node`,
        () => isConnected(gateway, localDatacenter),
        signal,
      )
    ),
  ]);
}

function answers({ contactPoint }: LocalCassandra): Promise<boolean> {
  const [hostname, port] = contactPoint.split(":") as [string, string];
  return speaksCql({ hostname, port: Number(port) });
}

async function isConnected({ adminUrl }: Gateway, localDatacenter: string): Promise<boolean> {
  try {
    const response = await fetch(`${adminUrl}/readyz?verbose`, {
      signal: AbortSignal.timeout(5_000),
    });
    const { cassandra: { hosts } } = await response.json() as StatusSnapshot;
    return hosts.every(({ datacenter, up }) => up || datacenter !== localDatacenter);
  } catch {
    return false;
  }
}

/** Whether a new client can read at a level. */
async function canRead(
  ring: Ring,
  { table, consistency }: { readonly table: string; readonly consistency: number },
): Promise<boolean> {
  const [{ contactPoint, localDatacenter }] = ring.nodes;
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
    return true;
  } catch {
    return false;
  } finally {
    await client.shutdown().catch(() => {});
  }
}

/** When it came true. */
async function eventuallyAt(
  what: string,
  isTrue: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!await isTrue()) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${PATIENCE_MS / 1_000} s in vain: ${what}`);
    }
    await pause(INTERVAL_MS, signal);
  }
  return performance.now();
}
