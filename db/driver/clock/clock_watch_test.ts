import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { withTestCassandra } from "../../../dev/cassandra/test_cluster.ts";
import type { Observation } from "../../../observe/observation.ts";
import { DatacenterProxy } from "../../../tests/support/cassandra/datacenter_proxy.ts";
import { eventually } from "../../../tests/support/eventually.ts";
import { Session } from "../session.ts";
import { ClockWatch } from "./clock_watch.ts";

describe("ClockWatch", () => {
  it("says that the skew is unknown where no node answers, and refuses nothing", async () => {
    const observations: Observation[] = [];
    const watch = new ClockWatch({
      now: () => 0,
      maxSkewMs: 1_000,
      observe: (each) => observations.push(each),
      use: () => Promise.reject(new Error("Cassandra is unreachable")),
    });
    await watch.measure();
    expect(watch.refusal()).toBe(null);
    expect(observations).toEqual([
      { kind: "clock", skew: null, nodes: [], maxSkewMs: 1_000, refuses: false },
    ]);
  });

  it("asks the nodes of the data centre that serves while the local one is away", async () => {
    await using stack = new AsyncDisposableStack();
    const { contactPoint, localDatacenter, close } = await withTestCassandra();
    stack.defer(close);
    const [home, other] = ["dcA", "dcB"].map((to) =>
      stack.use(new DatacenterProxy({ contactPoint, names: { from: localDatacenter, to } }))
    ) as [DatacenterProxy, DatacenterProxy];
    other.refuse();
    let asked: string[] = [];
    const session = new Session({
      contactPoints: [home.contactPoint, other.contactPoint],
      localDatacenter: "dcA",
      keyspace: null,
      secureBundle: null,
      connectionsPerHost: 1,
      username: null,
      password: null,
      tlsCa: null,
      tlsCert: null,
      tlsKey: null,
      failoverDatacenters: ["dcB"],
      consistency: "LOCAL_ONE",
      requestTimeoutMs: 30_000,
      observe: (each) => {
        if (each.kind === "clock") asked = each.nodes.map(({ address }) => address);
      },
    });
    stack.defer(() => session.close());
    session.open();
    async function untilAsked(addresses: readonly string[]): Promise<void> {
      await eventually("the clocks are compared", async () => {
        await session.compareClocks();
        return asked.length === addresses.length;
      });
      expect(asked.toSorted()).toEqual(addresses.toSorted());
    }
    await untilAsked([home.contactPoint]);
    home.crash();
    other.accept();
    await eventually("the other data centre serves", () => session.away === "dcB");
    await untilAsked([home.contactPoint, other.contactPoint]);
  });
});
