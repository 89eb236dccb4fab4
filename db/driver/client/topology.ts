/**
 * The cluster as the driver sees it at a moment: its nodes, where they stand in the ring, and how
 * keyspaces are replicated. Only records, for `availability/` to count with.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { Buffer } from "node:buffer";
import { hasMurmurTokens, replicationOf, ringTokensOf, tokenOf } from "../internals/ring_tokens.ts";

/** A node, and its place in the ring. */
export interface RingNode {
  /** `address:port`. */
  readonly address: string;
  readonly datacenter: string;
  readonly rack: string;
  /** Where the ranges end that it is the first replica of. */
  readonly tokens: readonly bigint[];
}

/** How a keyspace is replicated. */
export interface KeyspaceReplication {
  /** The class without its package. */
  readonly strategy: string;
  /** The options of the class, for example the factor of each data centre. */
  readonly options: Readonly<Record<string, string>>;
}

export interface Topology {
  readonly nodes: readonly RingNode[];
  /** The addresses of the nodes that the driver cannot reach, or was told are gone. */
  readonly down: ReadonlySet<string>;
  /** The data centre whose nodes coordinate; null if all are as near. */
  readonly datacenter: string | null;
  /** Null if the driver does not know. */
  replicationOf(keyspace: string): KeyspaceReplication | null;
  tokenOf(routingKey: Buffer): bigint;
}

/** Null where the ring cannot be understood: another partitioner, or a node without tokens. */
export function readTopology(
  client: cassandra.Client,
  datacenter: string | null,
): Topology | null {
  if (!hasMurmurTokens(client)) return null;
  const nodes: RingNode[] = [];
  const down = new Set<string>();
  for (const host of client.hosts.values()) {
    const tokens = ringTokensOf(host);
    if (tokens === null || tokens.length === 0) return null;
    const { address, datacenter, rack } = host;
    nodes.push({ address, datacenter, rack, tokens: tokens.map((token) => BigInt(token)) });
    if (!host.isUp()) down.add(address);
  }
  return {
    nodes,
    down,
    datacenter,
    replicationOf(keyspace) {
      const known = replicationOf(client, keyspace);
      if (known === null) return null;
      const { strategy, options } = known;
      return { strategy: strategy.slice(strategy.lastIndexOf(".") + 1), options };
    },
    tokenOf: (routingKey) => tokenOf(client, routingKey),
  };
}
