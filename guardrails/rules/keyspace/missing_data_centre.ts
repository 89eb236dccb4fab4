/**
 * A data centre of the cluster without a copy of the data.
 *
 * @module
 */
import type { KeyspaceGuardrail } from "../../guardrail.ts";

export const missingDataCentre: KeyspaceGuardrail = {
  about: "keyspace",
  severity: "warning",
  finds: "A data centre of the cluster that the keyspace does not replicate to",
  cost:
    "If the data centres with copies fail, this one cannot take over; if it is the local one, no LOCAL_ consistency level can be reached",
  instead: "Add it to the replication of the keyspace, and rebuild its nodes",
  source: "Architecture › Dynamo › NetworkTopologyStrategy",
  inspect({ name, replication: { strategy, copies, nodes } }) {
    if (strategy !== "NetworkTopologyStrategy") return [];
    return [...nodes.keys()].filter((place) => !copies.has(place)).map((place) =>
      `The keyspace "${name}" has no copy in the data centre "${place}"`
    );
  },
};
