import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import type { RingNode } from "../driver/client/topology.ts";
import { placeReplicas, rangeOf } from "./token_ring.ts";

/** `dc1/r1: 0 30` is a node with these tokens; it is called by its place in the list. */
function nodesOf(...texts: string[]): RingNode[] {
  return texts.map((text, index) => {
    const [, datacenter = "", rack = "", tokens = ""] = /^(\w+)\/(\w+): (.*)$/.exec(text) ?? [];
    return { address: `n${index}`, datacenter, rack, tokens: tokens.split(" ").map(BigInt) };
  });
}

/** The replicas of each range by its end, such as `0: n1 n2`. */
function placed(nodes: RingNode[], strategy: string, options: Record<string, string>) {
  const ring = placeReplicas(nodes, { strategy, options });
  return ring?.ends.map((end, range) =>
    `${end}: ${ring.replicas[range]!.map(({ address }) => address).join(" ")}`
  );
}

describe("placeReplicas()", () => {
  const flat = nodesOf("dc1/r1: 0", "dc1/r1: 10", "dc2/r1: 20");
  const racks = nodesOf("dc1/r1: 0", "dc1/r1: 10", "dc1/r2: 20", "dc1/r2: 30");
  const CASES: [string, RingNode[], string, Record<string, string>, string[]][] = [
    ["the owner alone", flat, "SimpleStrategy", { replication_factor: "1" }, [
      "0: n0",
      "10: n1",
      "20: n2",
    ]],
    ["the next nodes, whatever their data centre", flat, "SimpleStrategy", {
      replication_factor: "2",
    }, ["0: n0 n1", "10: n1 n2", "20: n2 n0"]],
    ["no more than there are nodes", flat, "SimpleStrategy", { replication_factor: "9" }, [
      "0: n0 n1 n2",
      "10: n1 n2 n0",
      "20: n2 n0 n1",
    ]],
    ["a number of each data centre", flat, "NetworkTopologyStrategy", { dc1: "1", dc2: "1" }, [
      "0: n0 n2",
      "10: n1 n2",
      "20: n2 n0",
    ]],
    ["no more than a data centre has", flat, "NetworkTopologyStrategy", { dc2: "3" }, [
      "0: n2",
      "10: n2",
      "20: n2",
    ]],
    ["transient replicas too", flat, "NetworkTopologyStrategy", { dc1: "2/1" }, [
      "0: n0 n1",
      "10: n1 n0",
      "20: n0 n1",
    ]],
    ["a data centre that has no nodes", flat, "NetworkTopologyStrategy", { dc1: "1", dc3: "3" }, [
      "0: n0",
      "10: n1",
      "20: n0",
    ]],
    ["different racks first", racks, "NetworkTopologyStrategy", { dc1: "2" }, [
      "0: n0 n2",
      "10: n1 n2",
      "20: n2 n0",
      "30: n3 n0",
    ]],
    ["a rack twice where there are fewer", racks, "NetworkTopologyStrategy", { dc1: "3" }, [
      "0: n0 n1 n2",
      "10: n1 n2 n3",
      "20: n2 n3 n0",
      "30: n3 n0 n1",
    ]],
    [
      "a node with several tokens once",
      nodesOf("dc1/r1: 0 10", "dc1/r1: 20"),
      "NetworkTopologyStrategy",
      { dc1: "2" },
      ["0: n0 n1", "10: n0 n1", "20: n1 n0"],
    ],
    ["negative tokens in order", nodesOf("dc1/r1: 5", "dc1/r1: -5"), "SimpleStrategy", {
      replication_factor: "1",
    }, ["-5: n1", "5: n0"]],
  ];
  for (const [what, nodes, strategy, options, expected] of CASES) {
    it(`places ${what}`, () => expect(placed(nodes, strategy, options)).toEqual(expected));
  }

  for (const strategy of ["LocalStrategy", "EverywhereStrategy", "org.example.Own"]) {
    it(`does not know ${strategy}`, () => expect(placed(flat, strategy, {})).toBeUndefined());
  }

  it("spreads over as many racks and nodes as there are", () => {
    const node = fc.record({
      datacenter: fc.constantFrom("dc1", "dc2"),
      rack: fc.constantFrom("r1", "r2", "r3"),
      vnodes: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(
        fc.array(node, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        (drawn, factor1, factor2) => {
          let token = 0n;
          const nodes = drawn.map(({ datacenter, rack }, index) => ({
            address: `n${index}`,
            datacenter,
            rack,
            tokens: [] as bigint[],
          }));
          for (let round = 0; round < 3; round++) {
            for (const [index, { vnodes }] of drawn.entries()) {
              if (round < vnodes) nodes[index]!.tokens.push(token += 7n);
            }
          }
          const factors = { dc1: factor1, dc2: factor2 };
          const ring = placeReplicas(nodes, {
            strategy: "NetworkTopologyStrategy",
            options: { dc1: `${factor1}`, dc2: `${factor2}` },
          })!;
          for (const replicas of ring.replicas) {
            expect(new Set(replicas).size).toBe(replicas.length);
            for (const [datacenter, factor] of Object.entries(factors)) {
              const members = nodes.filter((node) => node.datacenter === datacenter);
              const here = replicas.filter((node) => node.datacenter === datacenter);
              const racksOf = (of: RingNode[]) => new Set(of.map(({ rack }) => rack)).size;
              expect(here.length).toBe(Math.min(factor, members.length));
              expect(racksOf(here)).toBe(Math.min(factor, racksOf(members)));
            }
          }
        },
      ),
    );
  });
});

describe("rangeOf()", () => {
  const ring = placeReplicas(nodesOf("dc1/r1: -10", "dc1/r1: 0", "dc1/r1: 10"), {
    strategy: "SimpleStrategy",
    options: { replication_factor: "1" },
  })!;
  for (
    const [token, range] of [[-11n, 0], [-10n, 0], [-9n, 1], [0n, 1], [1n, 2], [10n, 2], [
      11n,
      0,
    ]] as const
  ) {
    it(`finds ${token} in range ${range}`, () => expect(rangeOf(ring, token)).toBe(range));
  }
});
