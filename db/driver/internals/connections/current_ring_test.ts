import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { freePort } from "../../../../dev/ports.ts";
import {
  type ClusterClient,
  connectToCluster,
} from "../../../../tests/support/cassandra/cluster_client.ts";
import { EmptyCluster } from "../../../../tests/support/cassandra/empty_cluster.ts";
import { eventually } from "../../../../tests/support/eventually.ts";

const HOSTNAMES = ["127.0.3.1", "127.0.3.2", "127.0.3.3", "127.0.3.4"] as const;
const [FIRST, SECOND, THIRD, DISTANT] = HOSTNAMES;
const KEYS = Array.from({ length: 100 }, (_, index) => Buffer.from(`key ${index}`));
/** Each node has about a third of the partitions. */
const TOKENS = { [FIRST]: -(2n ** 62n), [SECOND]: 0n, [THIRD]: 2n ** 62n };

describe("followRing()", () => {
  let stack: AsyncDisposableStack;
  let cluster: EmptyCluster;
  let connected: ClusterClient;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    cluster = stack.use(new EmptyCluster(freePort(...HOSTNAMES)));
    cluster.replication = { dc1: "1" };
    join(FIRST);
    join(SECOND);
    cluster.join({ hostname: DISTANT, datacenter: "dc2", token: 1n });
    connected = stack.use(
      await connectToCluster(cluster, { contactPoints: [FIRST], localDatacenter: "dc1" }),
    );
  });
  afterEach(() => stack.disposeAsync());

  function join(hostname: keyof typeof TOKENS): void {
    cluster.join({ hostname, datacenter: "dc1", token: TOKENS[hostname] });
  }

  /** Those that the driver routes statements to first. */
  function replicas(): string[] {
    const { client } = connected;
    const hosts = KEYS.flatMap((key) => client.getReplicas("ks", key));
    expect(hosts.every((host) => client.hosts.get(host.address) === host)).toBe(true);
    return [...new Set(hosts.map(({ address }) => address.replace(/:.*/, "")))].sort();
  }

  async function untilReplicas(...expected: string[]): Promise<void> {
    await eventually(`replicas: ${expected}`, () => `${replicas()}` === `${expected}`);
  }

  it("routes to nodes that join, and no more to those that leave", async () => {
    expect(replicas()).toEqual([FIRST, SECOND]);
    join(THIRD);
    await cluster.announce("NEW_NODE", THIRD);
    await untilReplicas(FIRST, SECOND, THIRD);
    await cluster.leave(SECOND);
    await cluster.announce("REMOVED_NODE", SECOND);
    await untilReplicas(FIRST, THIRD);
  });

  it("follows tokens that move", async () => {
    const before = KEYS.map((key) => connected.client.getReplicas("ks", key)[0]);
    cluster.move(SECOND, TOKENS[THIRD]);
    await cluster.announce("NEW_NODE", SECOND);
    await eventually(
      "some partitions have moved",
      () => KEYS.some((key, at) => connected.client.getReplicas("ks", key)[0] !== before[at]),
    );
  });

  it("reads the replication of keyspaces again once the control connection has moved", async () => {
    cluster.replication = { dc1: "1", dc2: "1" };
    await cluster.stop(FIRST);
    await eventually("it is down", () => connected.states().includes(`${FIRST} down`));
    cluster.start(FIRST);
    await untilReplicas(FIRST, SECOND, DISTANT);
  });

  it("builds nothing again while the ring stays as it is", async () => {
    const { metadata } = connected.client as unknown as { metadata: { ring: unknown } };
    const { ring } = metadata;
    const seen = connected.client.hosts.values().map(({ tokens }: { tokens?: unknown }) => tokens);
    await cluster.announce("NEW_NODE", SECOND);
    await eventually(
      "it has looked",
      () =>
        connected.client.hosts.values().every(({ tokens }: { tokens?: unknown }, at) =>
          tokens !== seen[at]
        ),
    );
    expect(metadata.ring).toBe(ring);
  });
});
