/**
 * A replication strategy that ignores racks and data centres.
 *
 * @module
 */
import type { KeyspaceGuardrail } from "../../guardrail.ts";

export const simpleStrategy: KeyspaceGuardrail = {
  about: "keyspace",
  severity: "warning",
  finds: "`SimpleStrategy` on a cluster of several nodes",
  cost:
    "Replicas are placed without regard to racks, so one rack can take all copies with it, and a second data centre cannot be added without moving the data",
  instead: "Use NetworkTopologyStrategy, with the number of copies in each data centre",
  source: "Architecture › Dynamo › Replication strategy",
  inspect({ name, replication: { strategy, nodes } }) {
    const total = [...nodes.values()].reduce((sum, count) => sum + count, 0);
    if (strategy !== "SimpleStrategy" || total < 2) return [];
    return [`The keyspace "${name}" has SimpleStrategy, which knows no racks and no data centres`];
  },
};
