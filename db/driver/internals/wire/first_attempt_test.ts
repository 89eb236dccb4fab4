import { expect } from "@std/expect";
import { after, before, beforeEach, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import {
  createTestKeyspace,
  type TestKeyspace,
} from "../../../../tests/support/cassandra/keyspace.ts";
import { type SlowProxy, startSlowProxy } from "../../../../tests/support/cassandra/slow_proxy.ts";
import { eventually } from "../../../../tests/support/eventually.ts";
import { executeStatement, prepareStatement } from "../../statements/statement.ts";
import { Alarms } from "../../../../runtime/alarms.ts";
import { Attempts } from "../../timing/attempts.ts";
import { Deadline } from "../../timing/deadline.ts";
import type { PreparedStatement } from "../driver_types.ts";

const ALARMS = new Alarms();

interface PooledConnection {
  readonly timedOutOperations: number;
  getInFlight(): number;
}

describe("sendFirst()", () => {
  let keyspace: TestKeyspace;
  let proxy: SlowProxy;
  let client: cassandra.Client;
  let statement: PreparedStatement;
  const attempts = () => new Attempts();

  before(async () => {
    keyspace = await createTestKeyspace(["CREATE TABLE rows (id text PRIMARY KEY, note text)"]);
    await keyspace.client.execute("INSERT INTO rows (id, note) VALUES ('a', 'first')");
    proxy = startSlowProxy(keyspace.contactPoint);
    client = new cassandra.Client({
      contactPoints: [proxy.contactPoint],
      localDataCenter: keyspace.localDatacenter,
      keyspace: keyspace.name,
      policies: {
        reconnection: new cassandra.policies.reconnection.ConstantReconnectionPolicy(20),
      },
    });
    await client.connect();
    statement = await prepareStatement(client, "SELECT note FROM rows WHERE id = :id");
  });
  after(async () => {
    await client.shutdown();
    await proxy[Symbol.asyncDispose]();
    await keyspace[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    proxy.delayMs = 0;
    await eventually("a connection", async () => (await read(attempts())).rows.length === 1);
  });

  function read(of: Attempts, { timeoutMs = 20_000, isIdempotent = true } = {}) {
    const deadline = new Deadline(performance.now() + timeoutMs, ALARMS, { attempts: of });
    return executeStatement(client, statement, [Buffer.from("a")], {
      consistency: cassandra.types.consistencies.localOne,
      serialConsistency: null,
      fetchSize: 10,
      pagingState: undefined,
      isIdempotent,
      deadline,
    });
  }

  function connections(): PooledConnection[] {
    return client.hosts.values().flatMap((host) =>
      (host as unknown as { pool: { connections: PooledConnection[] } }).pool.connections
    );
  }

  it("notes where it went, and how often", async () => {
    const took = attempts();
    const { rows, coordinator } = await read(took);
    expect([rows.length, took.sent, took.coordinator]).toEqual([1, 1, coordinator]);
  });

  it("counts what timed out, until its answer comes, and uses its stream again after that", async () => {
    proxy.delayMs = Infinity;
    const took = attempts();
    const error = await read(took, { timeoutMs: 1_000 }).catch((reason) => reason);
    expect(error).toMatchObject({ name: "DeadlinePassed", wasSent: true });
    const [connection] = connections();
    expect([connection!.timedOutOperations, connection!.getInFlight()]).toEqual([1, 1]);
    proxy.delayMs = 0;
    await eventually("the late answer", () => connection!.getInFlight() === 0);
    expect(connection!.timedOutOperations).toBe(0);
    expect((await read(attempts())).rows.length).toBe(1);
  });

  it("writes nothing once its time is up", async () => {
    const took = attempts();
    const error = await read(took, { timeoutMs: -1 }).catch((reason) => reason);
    expect(error).toMatchObject({ name: "DeadlinePassed", wasSent: false });
    expect(took.sent).toBe(0);
    expect(connections()[0]!.getInFlight()).toBe(0);
  });

  it("is refused by the node as it is by the driver", async () => {
    const strange = await prepareStatement(client, "SELECT note FROM rows WHERE id = :id LIMIT :n");
    const deadline = new Deadline(performance.now() + 20_000, ALARMS);
    const values = [Buffer.from("a"), Buffer.alloc(4)];
    await expect(executeStatement(client, strange, values, {
      consistency: cassandra.types.consistencies.localOne,
      serialConsistency: null,
      fetchSize: 10,
      pagingState: undefined,
      isIdempotent: true,
      deadline,
    })).rejects.toMatchObject({
      name: "ResponseError",
      code: cassandra.types.responseErrorCodes.invalid,
      coordinator: proxy.contactPoint,
    });
  });

  it("shares a connection with many others", async () => {
    const all = await Promise.all(Array.from({ length: 300 }, () => read(attempts())));
    expect(all.every(({ rows }) => rows.length === 1)).toBe(true);
    expect(connections()[0]!.getInFlight()).toBe(0);
  });

  for (const isIdempotent of [true, false]) {
    const which = isIdempotent ? "an idempotent" : "another";
    it(`leaves ${which} statement to the driver when its connection breaks`, async () => {
      proxy.delayMs = Infinity;
      const took = attempts();
      const reading = read(took, { isIdempotent }).catch((reason) => reason);
      await eventually("the statement is sent", () => took.sent > 0);
      proxy.breakConnections();
      proxy.delayMs = 0;
      // It may be sent to the next node, and this one is the only node.
      const failure = await reading;
      expect(failure).toMatchObject(
        isIdempotent
          ? { name: "NoHostAvailableError" }
          : { message: "Socket was closed", isSocketError: true },
      );
    });
  }
});
