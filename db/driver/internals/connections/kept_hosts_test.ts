/**
 * Holds `kept_hosts.ts` against a real node that cannot be reached for a while, and against a cluster that comes back
 * with other nodes.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, afterEach, before, beforeEach, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { withTestCassandra } from "../../../../dev/cassandra/test_cluster.ts";
import { freePort } from "../../../../dev/ports.ts";
import { EmptyCluster } from "../../../../tests/support/cassandra/empty_cluster.ts";
import { type SlowProxy, startSlowProxy } from "../../../../tests/support/cassandra/slow_proxy.ts";
import { eventually, promptly } from "../../../../tests/support/eventually.ts";
import { keepHosts } from "./kept_hosts.ts";
import { steadyControl } from "./steady_control.ts";

const ROUNDS = 5;

/** With two connections to each node. */
function clientOf(contactPoints: string[], localDataCenter: string): cassandra.Client {
  const client = new cassandra.Client({
    contactPoints,
    localDataCenter,
    protocolOptions: { port: Number(contactPoints[0]!.split(":")[1]) },
    pooling: { coreConnectionsPerHost: { [cassandra.types.distance.local]: 2 } },
    policies: {
      reconnection: new cassandra.policies.reconnection.ConstantReconnectionPolicy(50),
    },
  });
  keepHosts(client);
  steadyControl(client, () => {});
  return client;
}

describe("keepHosts()", () => {
  let node: Awaited<ReturnType<typeof withTestCassandra>>;
  let proxy: SlowProxy;
  before(async () => {
    node = await withTestCassandra();
    proxy = startSlowProxy(node.contactPoint);
  });
  after(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await node?.close();
  });

  it("has a node serve as soon as it is up, and keeps it the same", async () => {
    const client = clientOf([proxy.contactPoint], node.localDatacenter);
    try {
      await client.connect();
      const known = client.hosts.get(proxy.contactPoint);
      const failures: unknown[] = [];
      for (const event of ["hostUp", "hostAdd"]) {
        client.on(event, () => {
          client.execute("SELECT key FROM system.local").catch((error) => failures.push(error));
        });
      }
      for (let round = 0; round < ROUNDS; round++) {
        const down = Promise.withResolvers<void>();
        client.once("hostDown", down.resolve);
        proxy.breakConnections();
        await promptly("the node is down", down.promise);
        await eventually("it answers", async () => {
          return (await client.execute("SELECT key FROM system.local")).rowLength === 1;
        });
        expect(client.hosts.get(proxy.contactPoint)).toBe(known);
      }
      expect(failures).toEqual([]);
      // Two for statements, and one that the control connection may have brought along.
      await eventually("no connection is left over", () => proxy.connections <= 3);
    } finally {
      await client.shutdown();
    }
  });

  describe("where the addresses change", () => {
    const HOSTNAMES = ["127.0.3.1", "127.0.3.2", "127.0.3.3", "127.0.3.4"] as const;
    const [FIRST, SECOND, THIRD, FOURTH] = HOSTNAMES;
    let stack: AsyncDisposableStack;
    let cluster: EmptyCluster;
    let client: cassandra.Client;

    /** On the first node. The contact points lead to the next two as well. */
    beforeEach(async () => {
      stack = new AsyncDisposableStack();
      cluster = stack.use(new EmptyCluster(freePort(...HOSTNAMES)));
      cluster.join({ hostname: FIRST, datacenter: "dc1", token: 1n });
      const contactPoints = [FIRST, SECOND, THIRD].map((each) => cluster.contactPoint(each));
      client = clientOf(contactPoints, "dc1");
      stack.defer(() => client.shutdown());
      await client.connect();
    });
    afterEach(() => stack.disposeAsync());

    function hostsUp(): string[] {
      return client.hosts.values().filter((host) => host.isUp()).map(({ address }) => address);
    }

    it("connects to each node of a cluster that comes back with others", async () => {
      await cluster.leave(FIRST);
      await eventually("it is down", () => hostsUp().length === 0);
      const others = [SECOND, THIRD, FOURTH];
      for (const [index, hostname] of others.entries()) {
        cluster.join({ hostname, datacenter: "dc1", token: BigInt(index) });
      }
      await eventually(
        "each has its connections",
        () => others.every((hostname) => cluster.connectionsTo(hostname) >= 2),
      );
      await eventually("they are up", () => hostsUp().length === others.length);
      for (const hostname of others) await cluster.stop(hostname);
      await eventually("they are down", () => hostsUp().length === 0);
    });

    it("uses no cluster without a node of the local data centre", async () => {
      await cluster.leave(FIRST);
      const other = stack.use(new EmptyCluster(cluster.port));
      other.join({ hostname: SECOND, datacenter: "elsewhere", token: 1n });
      await eventually("it has seen the other one", () => other.connectionsTo(SECOND) > 0);
      cluster.join({ hostname: THIRD, datacenter: "dc1", token: 1n });
      await eventually(
        "it is back",
        () => `${hostsUp()}` === cluster.contactPoint(THIRD),
      );
    });
  });
});
