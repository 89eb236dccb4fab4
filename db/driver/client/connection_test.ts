/**
 * Holds `connection.ts` against a real node under two addresses, each of which passes for a data centre: credentials
 * are replaced while another data centre serves.
 *
 * @module
 */
import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { withTestCassandra } from "../../../dev/cassandra/test_cluster.ts";
import type { Observation } from "../../../observe/observation.ts";
import { DatacenterProxy } from "../../../tests/support/cassandra/datacenter_proxy.ts";
import { eventually, promptly } from "../../../tests/support/eventually.ts";
import type { CassandraCredentials } from "./client_options.ts";
import { Connection } from "./connection.ts";
import { AttemptBudget } from "../timing/attempt_budget.ts";

const CREDENTIALS: CassandraCredentials = {
  username: "a",
  password: "b",
  tlsCa: null,
  tlsCert: null,
  tlsKey: null,
};

describe("Connection.replace()", () => {
  let stack: AsyncDisposableStack;
  let home: DatacenterProxy;
  let other: DatacenterProxy;
  let connection: Connection;
  /** The nodes of the local data centre that are up, as was told last. */
  let homeUp = 0;

  /** Starts on the local data centre, while nothing of the other one is there. */
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    const { contactPoint, localDatacenter, close } = await withTestCassandra();
    stack.defer(close);
    home = stack.use(
      new DatacenterProxy({ contactPoint, names: { from: localDatacenter, to: "dcA" } }),
    );
    other = stack.use(
      new DatacenterProxy({ contactPoint, names: { from: localDatacenter, to: "dcB" } }),
    );
    other.refuse();
    connection = new Connection({
      contactPoints: [home.contactPoint, other.contactPoint],
      localDatacenter: "dcA",
      keyspace: null,
      secureBundle: null,
      connectionsPerHost: 1,
      ...CREDENTIALS,
      failoverDatacenters: ["dcB"],
      failbackDelayMs: null,
      retryBudget: new AttemptBudget({ share: 0.1, burst: 1 }),
      now: Date.now,
      observe: (observation: Observation) => {
        if (observation.kind !== "connection") return;
        homeUp = observation.hosts.filter(({ datacenter, isUp }) =>
          isUp && datacenter === "dcA"
        ).length;
      },
      onSchemaChange: () => {},
    });
    stack.defer(() => connection.close());
    await promptly("it connects", connection.openOnce());
  });
  afterEach(() => stack.disposeAsync());

  async function failOver(): Promise<void> {
    home.crash();
    other.accept();
    await eventually("the other data centre serves", () => connection.away === "dcB");
  }

  /** Both data centres are there, and the other one still serves. */
  async function recover(): Promise<void> {
    home.accept();
    await eventually("the local node is up", () => homeUp === 1);
  }

  async function expectNothingOpenOnceClosed(): Promise<void> {
    await promptly("it closes", connection.close());
    await eventually(
      "no connection is open",
      () => home.connections.length === 0 && other.connections.length === 0,
    );
  }

  it("leaves nothing where one of two data centres cannot be reached", async () => {
    await failOver();
    await recover();
    other.refuse();
    const attempts = 4;
    for (let attempt = 0; attempt < attempts; attempt++) {
      await expect(promptly("it fails", connection.replace(CREDENTIALS))).rejects.toThrow();
    }
    // Of the client that stays: its pool, and maybe a control connection of its own.
    await eventually("no other is open", () => home.connections.length <= 2);
    await expectNothingOpenOnceClosed();
  });

  it("replaces what serves at its end, where the local data centre came back meanwhile", async () => {
    await failOver();
    await recover();
    const before = home.connections;
    other.refuse();
    home.onConnection = () => other.accept();
    other.onConnection = () => connection.allowReturn(true);
    await promptly("they are replaced", connection.replace(CREDENTIALS));
    expect(connection.away).toBe(null);
    await eventually("the other has no client", () => other.connections.length === 0);
    await eventually(
      "the clients before are closed",
      () => home.connections.every((each) => !before.includes(each)),
    );
    await expectNothingOpenOnceClosed();
  });

  it("connects with the new credentials where it was about to serve from elsewhere", async () => {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    let held: Deno.TcpConn | undefined;
    let accepted = 0;
    other.onConnection = () => {
      // The first is of the client that has lost its node, and looks for another one at once.
      if (++accepted === 2) {
        held = other.connections.at(-1);
        other.refuse();
        reached.resolve();
      }
      return released.promise;
    };
    home.crash();
    other.accept();
    await promptly("it is about to serve from elsewhere", reached.promise);
    home.accept();
    await promptly("they are replaced", connection.replace(CREDENTIALS));
    home.crash();
    await eventually("the local node is gone again", () => connection.state === "down");
    other.accept();
    released.resolve();
    await eventually("the other data centre serves", () => connection.away === "dcB");
    expect(other.connections).not.toContain(held);
    await expectNothingOpenOnceClosed();
  });
});
