import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Consistency } from "../../catalog/query.ts";
import type { KeyspaceReplication, RingNode } from "../driver/client/topology.ts";
import { areEnoughUp, requiredReplicas } from "./required_replicas.ts";

const network = (options: Record<string, string>): KeyspaceReplication => ({
  strategy: "NetworkTopologyStrategy",
  options,
});
const simple = (factor: string): KeyspaceReplication => ({
  strategy: "SimpleStrategy",
  options: { replication_factor: factor },
});

/** Such as `2 dc1, 1 dc2`. */
function required(level: Consistency, replication: KeyspaceReplication, datacenter = "dc1") {
  return requiredReplicas(level, { replication, datacenter })
    .map((each) => `${each.count} ${each.datacenter ?? "anywhere"}`).join(", ");
}

describe("requiredReplicas()", () => {
  const both = network({ dc1: "3", dc2: "2" });
  const CASES: [Consistency, KeyspaceReplication, string][] = [
    ["ANY", both, ""],
    ["ONE", both, "1 anywhere"],
    ["TWO", both, "2 anywhere"],
    ["THREE", both, "3 anywhere"],
    ["QUORUM", both, "3 anywhere"],
    ["SERIAL", both, "3 anywhere"],
    ["ALL", both, "5 anywhere"],
    ["LOCAL_ONE", both, "1 dc1"],
    ["LOCAL_QUORUM", both, "2 dc1"],
    ["LOCAL_SERIAL", both, "2 dc1"],
    ["EACH_QUORUM", both, "2 dc1, 2 dc2"],
    ["EACH_QUORUM", network({ dc1: "3", dc2: "0" }), "2 dc1"],
    ["LOCAL_QUORUM", network({ dc2: "3" }), "1 dc1"],
    ["QUORUM", network({ dc1: "3/1" }), "2 anywhere"],
    ["QUORUM", simple("3"), "2 anywhere"],
    ["ALL", simple("3"), "3 anywhere"],
    ["EACH_QUORUM", simple("3"), "2 anywhere"],
    ["LOCAL_ONE", simple("3"), "1 dc1"],
    ["LOCAL_QUORUM", simple("3"), "2 dc1"],
  ];
  for (const [level, replication, expected] of CASES) {
    it(`says that ${level} needs "${expected}" of ${JSON.stringify(replication.options)}`, () => {
      expect(required(level, replication)).toBe(expected);
    });
  }

  it("counts anywhere what is local while no data centre is", () => {
    const needed = requiredReplicas("LOCAL_QUORUM", { replication: both, datacenter: null });
    expect(needed).toEqual([{ datacenter: null, count: 2 }]);
  });
});

describe("areEnoughUp()", () => {
  const replicas: RingNode[] = ["dc1", "dc1", "dc1", "dc2"].map((datacenter, index) => ({
    address: `n${index}`,
    datacenter,
    rack: "r1",
    tokens: [],
  }));
  const CASES: [Consistency, string[], boolean][] = [
    ["LOCAL_QUORUM", [], true],
    ["LOCAL_QUORUM", ["n0"], true],
    ["LOCAL_QUORUM", ["n3"], true],
    ["LOCAL_QUORUM", ["n0", "n1"], false],
    ["LOCAL_ONE", ["n0", "n1"], true],
    ["LOCAL_ONE", ["n0", "n1", "n2"], false],
    ["ONE", ["n0", "n1", "n2"], true],
    ["ONE", ["n0", "n1", "n2", "n3"], false],
    ["QUORUM", ["n0"], true],
    ["QUORUM", ["n0", "n3"], false],
    ["EACH_QUORUM", ["n0"], true],
    ["EACH_QUORUM", ["n3"], false],
    ["ALL", ["n3"], false],
    ["ANY", ["n0", "n1", "n2", "n3"], true],
    // A node that has no replica.
    ["ALL", ["n9"], true],
  ];
  for (const [level, down, expected] of CASES) {
    it(`says that ${level} is ${expected ? "" : "not "}met without ${down.join(", ")}`, () => {
      const replication = network({ dc1: "3", dc2: "1" });
      const needed = requiredReplicas(level, { replication, datacenter: "dc1" });
      expect(areEnoughUp(needed, replicas, new Set(down))).toBe(expected);
    });
  }
});
