/**
 * Data with only one copy.
 *
 * @module
 */
import type { KeyspaceGuardrail } from "../../guardrail.ts";

export const singleReplica: KeyspaceGuardrail = {
  about: "keyspace",
  severity: "warning",
  finds: "A single copy of the data where there are nodes for more",
  cost: "While a node is away, so is its part of the data; if its disk is lost, so is the data",
  instead: "Keep three copies in each data centre, and run a repair after raising the number",
  source: "Architecture › Dynamo › Multi-master replication",
  inspect({ name, replication: { copies, nodes } }) {
    const total = [...nodes.values()].reduce((sum, count) => sum + count, 0);
    return [...copies].filter(([place, factor]) =>
      factor === 1 && (place === "*" ? total : nodes.get(place) ?? 0) > 1
    ).map(([place]) =>
      `The keyspace "${name}" keeps one copy of its data${place === "*" ? "" : ` in "${place}"`}`
    );
  },
};
