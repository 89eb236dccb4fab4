import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { freePort } from "../../../../dev/ports.ts";
import {
  type ClusterClient,
  connectToCluster,
} from "../../../../tests/support/cassandra/cluster_client.ts";
import { EmptyCluster } from "../../../../tests/support/cassandra/empty_cluster.ts";
import { eventually, promptly } from "../../../../tests/support/eventually.ts";

const LOCAL = "127.0.3.1";
const OTHER_LOCAL = "127.0.3.2";
const DISTANT = "127.0.3.3";
const NEW = "127.0.3.4";

describe("trustDistantHosts()", () => {
  let stack: AsyncDisposableStack;
  let cluster: EmptyCluster;
  let connected: ClusterClient;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    cluster = stack.use(new EmptyCluster(freePort(LOCAL, OTHER_LOCAL, DISTANT, NEW)));
    cluster.join({ hostname: LOCAL, datacenter: "dc1", token: 1n });
    cluster.join({ hostname: DISTANT, datacenter: "dc2", token: 2n });
    const contactPoints = [LOCAL, OTHER_LOCAL];
    connected = stack.use(
      await connectToCluster(cluster, { contactPoints, localDatacenter: "dc1" }),
    );
  });
  afterEach(() => stack.disposeAsync());

  async function untilStates(...expected: string[]): Promise<void> {
    await eventually(`${expected}`, () => `${connected.states()}` === `${expected}`);
  }

  it("takes a distant node that joins for up, and believes that it is down when told so", async () => {
    cluster.join({ hostname: NEW, datacenter: "dc2", token: 3n });
    // As Cassandra does: the driver does not know the node yet.
    await cluster.announce("UP", NEW);
    await cluster.announce("NEW_NODE", NEW);
    await untilStates(`${LOCAL} up`, `${DISTANT} up`, `${NEW} up`);
    await cluster.announce("DOWN", NEW);
    await untilStates(`${LOCAL} up`, `${DISTANT} up`, `${NEW} down`);
    // Nothing new is known of the others.
    await cluster.leave(DISTANT);
    await cluster.announce("REMOVED_NODE", DISTANT);
    await untilStates(`${LOCAL} up`, `${NEW} down`);
  });

  it("takes distant nodes for up again once the control connection has moved", async () => {
    await cluster.announce("DOWN", DISTANT);
    await untilStates(`${LOCAL} up`, `${DISTANT} down`);
    const { client } = connected;
    const isDown = new Promise((resolve) => client.once("hostDown", resolve));
    await cluster.stop(LOCAL);
    await promptly("the local node is down", isDown);
    expect(connected.states()).toEqual([`${LOCAL} down`, `${DISTANT} down`]);
    cluster.start(LOCAL);
    await untilStates(`${LOCAL} up`, `${DISTANT} up`);
  });

  it("takes no local node for up that has no connection", async () => {
    cluster.join({ hostname: OTHER_LOCAL, datacenter: "dc1", token: 3n });
    await cluster.stop(OTHER_LOCAL);
    await cluster.announce("NEW_NODE", OTHER_LOCAL);
    await untilStates(`${LOCAL} up`, `${OTHER_LOCAL} down`, `${DISTANT} up`);
    await cluster.stop(LOCAL);
    await untilStates(`${LOCAL} down`, `${OTHER_LOCAL} down`, `${DISTANT} up`);
    cluster.start(LOCAL);
    await untilStates(`${LOCAL} up`, `${OTHER_LOCAL} down`, `${DISTANT} up`);
    cluster.start(OTHER_LOCAL);
    await untilStates(`${LOCAL} up`, `${OTHER_LOCAL} up`, `${DISTANT} up`);
  });
});
