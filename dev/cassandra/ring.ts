/**
 * A local cluster of three nodes in two data centres: `dc1` has two nodes, `dc2` one. For tests and for
 * trying what happens when a node is slow, stopped or gone.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { freePortAmongNodes, freePortForLater } from "../ports.ts";
import { type LocalCassandra, startCassandra } from "./cassandra.ts";

export interface RingOptions {
  /** Holds the folders of the nodes. Its path is absolute. */
  readonly directory: string;
  /** Hears of each step that takes time. */
  log(line: string): void;
  /** The first three numbers of the nodes' addresses, `127.x.y`. Default: `127.0.0`. */
  readonly network?: string;
  /** The port for CQL of every node. Default: a free one. */
  readonly nativePort?: number;
  /**
   * Like `network`, but for the addresses at which clients look for the nodes, if there is something in between.
   * Default: the nodes' own.
   */
  readonly clientNetwork?: string;
  /** Entries of `cassandra.yaml`. Default: none. */
  readonly yaml?: Readonly<Record<string, unknown>>;
  /** Gives up the start, leaving nothing. */
  readonly signal?: AbortSignal;
}

/** Where the nodes are in the cluster: each has a third of the tokens. */
const PLACES = [
  { datacenter: "dc1", token: "-6148914691236517206" },
  { datacenter: "dc1", token: "0" },
  { datacenter: "dc2", token: "6148914691236517205" },
] as const;

/** Of the fourth: between the second and the third. */
const JOINING = { datacenter: "dc1", token: "3074457345618258602" } as const;

const HEAP_MB = 320;

export interface Ring extends AsyncDisposable {
  /** Two of `dc1`, then the one of `dc2`. */
  readonly nodes: readonly [LocalCassandra, LocalCassandra, LocalCassandra];
  /** Starts a fourth node, in `dc1`, which can leave again. It begins without data. */
  join(): Promise<LocalCassandra>;
}

/**
 * Starts the nodes at the same time, and resolves once each answers CQL and they agree on the schema. The
 * second and the third wait for the first, which is their seed.
 *
 * @throws {Error} saying what to do, as `startCassandra` does; no node is left running then
 */
export async function startRing(options: RingOptions): Promise<Ring> {
  const { directory, log, network = "127.0.0", clientNetwork, yaml = {} } = options;
  const addresses = PLACES.map((_, index) => `${network}.${index + 1}`);
  const nativePort = options.nativePort ?? freePortForLater(...addresses);
  const storagePort = freePortAmongNodes(...addresses);
  const nodes: LocalCassandra[] = [];
  const givingUp = new AbortController();
  const signal = AbortSignal.any([givingUp.signal, ...(options.signal ? [options.signal] : [])]);
  const stop = async () => void await Promise.all(nodes.map((node) => node.kill()));
  const startNode = async (
    number: number,
    place: { readonly datacenter: string; readonly token: string },
    jmx: { readonly jmxPort?: number } = {},
  ) => {
    const node = await startCassandra({
      ...place,
      ...jmx,
      directory: `${directory}/node${number}`,
      address: `${network}.${number}`,
      nativePort,
      storagePort,
      seeds: [`${network}.1:${storagePort}`],
      heapMb: HEAP_MB,
      isShortLived: true,
      signal,
      yaml: clientNetwork === undefined
        ? yaml
        : { ...yaml, broadcast_rpc_address: `${clientNetwork}.${number}` },
      log,
    });
    nodes.push(node);
    return node;
  };
  const starting = PLACES.map((place, index) => startNode(index + 1, place));
  try {
    for (const node of await Promise.all(starting)) await untilAgreed(node, signal);
  } catch (error) {
    givingUp.abort();
    await Promise.allSettled(starting);
    await stop();
    throw error;
  }
  const [first, second, third] = await Promise.all(starting) as [
    LocalCassandra,
    LocalCassandra,
    LocalCassandra,
  ];
  return {
    nodes: [first, second, third],
    join: () => startNode(nodes.length + 1, JOINING, { jmxPort: freePortForLater() }),
    [Symbol.asyncDispose]: stop,
  };
}

const GOSSIP_TIMEOUT_MS = 180_000;
const INTERVAL_MS = 250;

/** A node answers CQL before it knows where the others are, and has the same schema. */
async function untilAgreed(
  { contactPoint, localDatacenter }: LocalCassandra,
  signal: AbortSignal,
): Promise<void> {
  const client = new cassandra.Client({
    contactPoints: [contactPoint],
    localDataCenter: localDatacenter,
    protocolOptions: { port: Number(contactPoint.split(":")[1]) },
    policies: {
      loadBalancing: new cassandra.policies.loadBalancing.AllowListPolicy(
        new cassandra.policies.loadBalancing.RoundRobinPolicy(),
        [contactPoint],
      ),
    },
  });
  try {
    await client.connect();
    const deadline = Date.now() + GOSSIP_TIMEOUT_MS;
    for (;;) {
      const [local, peers] = await Promise.all(
        ["local", "peers"].map((table) =>
          client.execute(`SELECT data_center, schema_version FROM system.${table}`)
        ),
      );
      const rows = [...local!.rows, ...peers!.rows].filter((row) => row.data_center !== null);
      const versions = new Set(rows.map(({ schema_version }) => String(schema_version)));
      if (rows.length === PLACES.length && versions.size === 1) return;
      signal.throwIfAborted();
      if (Date.now() > deadline) {
        throw new Error(
          `Cannot start the ring: ${contactPoint} does not agree with the other nodes`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  } finally {
    await client.shutdown();
  }
}
