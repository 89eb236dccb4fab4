/**
 * Which nodes hold the replicas of which partitions: from the nodes' tokens and a keyspace's replication to the
 * replicas of each range of the ring. Pure.
 *
 * Source: Cassandra 5.0, `NetworkTopologyStrategy` and `SimpleStrategy`; a test compares it with a node's
 * answer.
 *
 * @module
 */
import type { KeyspaceReplication, RingNode } from "../driver/client/topology.ts";

/** The ranges of the ring, in its order. */
export interface TokenRing {
  /** The last token of each range; the first range goes on from the last. */
  readonly ends: readonly bigint[];
  /** Of each range. */
  readonly replicas: readonly (readonly RingNode[])[];
}

/** Null for a strategy that is not known: nobody can say then where the replicas are. */
export function placeReplicas(
  nodes: readonly RingNode[],
  replication: KeyspaceReplication,
): TokenRing | null {
  const place = placementOf(nodes, replication);
  if (place === null) return null;
  const owners = nodes.flatMap((node) => node.tokens.map((token) => ({ token, node })))
    .sort((one, other) => one.token < other.token ? -1 : 1);
  const ring = owners.map(({ node }) => node);
  return {
    ends: owners.map(({ token }) => token),
    replicas: ring.map((_, index) => place(walkFrom(ring, index))),
  };
}

/** The index of the range that a token lies in. */
export function rangeOf({ ends }: TokenRing, token: bigint): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! < token) low = middle + 1;
    else high = middle;
  }
  return low === ends.length ? 0 : low;
}

/** The factor of each data centre, or of the whole cluster; without transient replicas, `3/1` is three. */
export function factorOf(option: string | undefined): number {
  const factor = Number.parseInt(option ?? "0", 10);
  return Number.isNaN(factor) ? 0 : factor;
}

/** Picks the replicas from the nodes in the order of the ring. */
type Placement = (nodes: Iterable<RingNode>) => RingNode[];

function placementOf(
  nodes: readonly RingNode[],
  { strategy, options }: KeyspaceReplication,
): Placement | null {
  switch (strategy) {
    case "SimpleStrategy": {
      const factor = factorOf(options.replication_factor);
      return (ring) => takeDistinct(ring, factor);
    }
    case "NetworkTopologyStrategy": {
      const centres = [...Map.groupBy(nodes, ({ datacenter }) => datacenter)];
      return (ring) => {
        const rooms = new Map(
          centres.map(([name, members]) => [name, new Room(factorOf(options[name]), members)]),
        );
        const replicas: RingNode[] = [];
        let isDone = [...rooms.values()].every((room) => room.isFull);
        for (const node of ring) {
          if (isDone) break;
          if (!rooms.get(node.datacenter)!.takes(node)) continue;
          replicas.push(node);
          isDone = [...rooms.values()].every((room) => room.isFull);
        }
        return replicas;
      };
    }
    default:
      return null;
  }
}

/** The replicas of one range in one data centre: in as many racks as there are, then anywhere. */
class Room {
  readonly #taken = new Set<RingNode>();
  readonly #racks = new Set<string>();
  #left: number;
  /** How many may stand in a rack that has one already. */
  #repeats: number;

  constructor(factor: number, members: readonly RingNode[]) {
    this.#left = Math.min(factor, members.length);
    this.#repeats = factor - new Set(members.map(({ rack }) => rack)).size;
  }

  get isFull(): boolean {
    return this.#left === 0;
  }

  takes(node: RingNode): boolean {
    if (this.isFull || this.#taken.has(node)) return false;
    if (this.#racks.has(node.rack)) {
      if (this.#repeats <= 0) return false;
      this.#repeats--;
    }
    this.#racks.add(node.rack);
    this.#taken.add(node);
    this.#left--;
    return true;
  }
}

function takeDistinct(ring: Iterable<RingNode>, count: number): RingNode[] {
  const taken = new Set<RingNode>();
  for (const node of ring) {
    if (taken.size === count) break;
    taken.add(node);
  }
  return [...taken];
}

/** Once around the ring. */
function* walkFrom(ring: readonly RingNode[], start: number): Generator<RingNode> {
  for (let step = 0; step < ring.length; step++) yield ring[(start + step) % ring.length]!;
}
