/**
 * Holds `kept_hosts.ts` against a real node that cannot be reached for a while.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { withTestCassandra } from "../../../../dev/cassandra/test_cluster.ts";
import { type SlowProxy, startSlowProxy } from "../../../../tests/support/cassandra/slow_proxy.ts";
import { eventually, promptly } from "../../../../tests/support/eventually.ts";
import { keepHosts } from "./kept_hosts.ts";
import { steadyControl } from "./steady_control.ts";

const ROUNDS = 5;

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
    const client = new cassandra.Client({
      contactPoints: [proxy.contactPoint],
      localDataCenter: node.localDatacenter,
      protocolOptions: { port: Number(proxy.contactPoint.split(":")[1]) },
      pooling: { coreConnectionsPerHost: { [cassandra.types.distance.local]: 2 } },
      policies: {
        reconnection: new cassandra.policies.reconnection.ConstantReconnectionPolicy(50),
      },
    });
    keepHosts(client);
    steadyControl(client, () => {});
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
});
