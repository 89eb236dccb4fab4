/**
 * Where in the ring too few replicas are up for a level. Pure.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import type { KeyspaceReplication, RingNode, Topology } from "../driver/client/topology.ts";
import { areEnoughUp, requiredReplicas } from "./required_replicas.ts";
import { placeReplicas, type TokenRing } from "./token_ring.ts";

/** The ranges that lack the same nodes. */
export interface Shortfall {
  /** The addresses of the replicas that are down, in order; empty if there are too few even so. */
  readonly missing: readonly string[];
  /** A token in one of the ranges. */
  readonly token: bigint;
}

/** How a level is met, in each range of the ring. */
export interface Coverage {
  readonly ring: TokenRing;
  /** By the name that `byRange` has; empty if the level is met everywhere. */
  readonly shortfalls: ReadonlyMap<string, Shortfall>;
  /** What each range lacks; null if it lacks nothing. */
  readonly byRange: readonly (string | null)[];
}

/** Keeps rings: they change less often than nodes go and come. */
export class RingCoverage {
  #nodes: readonly RingNode[] = [];
  readonly #rings = new Map<string, TokenRing | null>();

  /** Null if nobody can say where the replicas are. */
  of(
    topology: Topology,
    level: { readonly keyspace: string; readonly consistency: Consistency },
  ): Coverage | null {
    const replication = topology.replicationOf(level.keyspace);
    const ring = replication === null ? null : this.#ringOf(topology.nodes, replication);
    if (replication === null || ring === null) return null;
    const { datacenter, down } = topology;
    const required = requiredReplicas(level.consistency, { replication, datacenter });
    const shortfalls = new Map<string, Shortfall>();
    const byRange = ring.replicas.map((replicas, range) => {
      if (areEnoughUp(required, replicas, down)) return null;
      const missing = replicas.map(({ address }) => address).filter((each) => down.has(each));
      const name = missing.toSorted().join(" ");
      if (!shortfalls.has(name)) {
        shortfalls.set(name, { missing: missing.toSorted(), token: ring.ends[range]! });
      }
      return name;
    });
    return { ring, shortfalls, byRange };
  }

  #ringOf(nodes: readonly RingNode[], replication: KeyspaceReplication): TokenRing | null {
    if (!isSameRing(nodes, this.#nodes)) this.#rings.clear();
    this.#nodes = nodes;
    const key = JSON.stringify(replication);
    const known = this.#rings.get(key);
    if (known !== undefined) return known;
    const ring = placeReplicas(nodes, replication);
    this.#rings.set(key, ring);
    return ring;
  }
}

function isSameRing(nodes: readonly RingNode[], others: readonly RingNode[]): boolean {
  return nodes.length === others.length && nodes.every((node, index) => {
    const other = others[index]!;
    return node.address === other.address && node.datacenter === other.datacenter &&
      node.rack === other.rack && `${node.tokens}` === `${other.tokens}`;
  });
}
