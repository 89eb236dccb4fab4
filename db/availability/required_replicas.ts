/**
 * How many replicas a consistency level needs, and where. Pure.
 *
 * Source: Cassandra 5.0, `ConsistencyLevel.blockFor()` and `ReplicaPlans.assureSufficientLiveReplicas()`.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import type { KeyspaceReplication, RingNode } from "../driver/client/topology.ts";
import { factorOf } from "./token_ring.ts";

/** How many replicas have to be alive. */
export interface RequiredReplicas {
  /** Where they are counted; null for the whole cluster. */
  readonly datacenter: string | null;
  readonly count: number;
}

/**
 * How many of a partition's replicas have to be up.
 *
 * @param datacenter the coordinator's; null for any
 */
export function requiredReplicas(
  level: Consistency,
  { replication, datacenter }: {
    readonly replication: KeyspaceReplication;
    readonly datacenter: string | null;
  },
): readonly RequiredReplicas[] {
  const factors = factorsOf(replication);
  const total = factors.reduce((sum, [, factor]) => sum + factor, 0);
  const anywhere = (count: number) => [{ datacenter: null, count }];
  switch (level) {
    case "ANY":
      // The coordinator keeps a hint.
      return [];
    case "ONE":
      return anywhere(1);
    case "TWO":
      return anywhere(2);
    case "THREE":
      return anywhere(3);
    case "QUORUM":
    case "SERIAL":
      return anywhere(quorumOf(total));
    case "ALL":
      return anywhere(total);
    case "LOCAL_ONE":
      return [{ datacenter, count: 1 }];
    case "LOCAL_QUORUM":
    case "LOCAL_SERIAL":
      return [{ datacenter, count: localQuorumOf(replication, datacenter) }];
    case "EACH_QUORUM":
      return replication.strategy === "NetworkTopologyStrategy"
        ? factors.map(([datacenter, factor]) => ({ datacenter, count: quorumOf(factor) }))
        : anywhere(quorumOf(total));
  }
}

/** Whether enough of these replicas are up. */
export function areEnoughUp(
  required: readonly RequiredReplicas[],
  replicas: readonly RingNode[],
  down: ReadonlySet<string>,
): boolean {
  return required.every(({ datacenter, count }) => {
    const alive = replicas.filter((replica) =>
      !down.has(replica.address) && (datacenter === null || replica.datacenter === datacenter)
    );
    return alive.length >= count;
  });
}

/** The replication factor of each data centre; with `SimpleStrategy`, of the cluster. */
function factorsOf({ strategy, options }: KeyspaceReplication): [string, number][] {
  if (strategy === "SimpleStrategy") return [["", factorOf(options.replication_factor)]];
  return Object.entries(options).map(([name, option]): [string, number] => [name, factorOf(option)])
    .filter(([, factor]) => factor > 0);
}

/** `SimpleStrategy` knows no data centres: a quorum of all replicas has to be in the local one. */
function localQuorumOf(replication: KeyspaceReplication, datacenter: string | null): number {
  const factors = factorsOf(replication);
  if (replication.strategy === "SimpleStrategy" || datacenter === null) {
    return quorumOf(Math.min(...factors.map(([, factor]) => factor)));
  }
  return quorumOf(factorOf(replication.options[datacenter]));
}

function quorumOf(factor: number): number {
  return Math.floor(factor / 2) + 1;
}
