import { expect } from "@std/expect";
import { after, before, beforeEach, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import { Alarms } from "../../../../runtime/alarms.ts";
import {
  createTestKeyspace,
  type TestKeyspace,
} from "../../../../tests/support/cassandra/keyspace.ts";
import { type SlowProxy, startSlowProxy } from "../../../../tests/support/cassandra/slow_proxy.ts";
import { eventually } from "../../../../tests/support/eventually.ts";
import { executeStatement, prepareStatement } from "../../statements/statement.ts";
import { Deadline } from "../../timing/deadline.ts";
import type { PreparedStatement } from "../driver_types.ts";
import { type PooledConnection, SHARED_BY } from "./choose_connection.ts";

const ALARMS = new Alarms();

describe("chooseConnection()", () => {
  let keyspace: TestKeyspace;
  let proxy: SlowProxy;
  let client: cassandra.Client;
  let statement: PreparedStatement;

  before(async () => {
    keyspace = await createTestKeyspace(["CREATE TABLE rows (id text PRIMARY KEY, note text)"]);
    proxy = startSlowProxy(keyspace.contactPoint);
    client = new cassandra.Client({
      contactPoints: [proxy.contactPoint],
      localDataCenter: keyspace.localDatacenter,
      keyspace: keyspace.name,
      pooling: { coreConnectionsPerHost: { [cassandra.types.distance.local]: 3 } },
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
    await eventually("three connections", () => inFlight().length === 3);
  });

  function read(mayBeLarge: boolean) {
    return executeStatement(client, statement, [Buffer.from("a")], {
      consistency: cassandra.types.consistencies.localOne,
      serialConsistency: null,
      fetchSize: 10,
      pagingState: undefined,
      isIdempotent: true,
      deadline: new Deadline(performance.now() + 60_000, ALARMS),
      mayBeLarge,
    });
  }

  function inFlight(): number[] {
    return client.hosts.values().flatMap((host) =>
      (host as unknown as { pool: { connections: PooledConnection[] } }).pool.connections
    ).map((connection) => connection.getInFlight());
  }

  /** How many requests each connection has while these are under way. */
  async function spread(requests: readonly boolean[]): Promise<number[]> {
    proxy.holdsResults = true;
    const reading = requests.map(read);
    const spread = inFlight();
    proxy.holdsResults = false;
    await Promise.all(reading);
    return spread;
  }

  it("has small answers share the first connection, and large ones the last", async () => {
    expect(await spread([false, true, false, true, false])).toEqual([3, 0, 2]);
  });

  it("takes the next connection when many share one", async () => {
    const [small, large] = [SHARED_BY + 20, SHARED_BY + 5];
    const requests = [...Array(small).fill(false), ...Array(large).fill(true)];
    expect(await spread(requests)).toEqual([SHARED_BY, 25, SHARED_BY]);
  });

  it("still sends requests when all connections have many", async () => {
    const requests: boolean[] = Array(3 * SHARED_BY + 30).fill(false);
    const [first, second, third] = await spread(requests);
    expect(first! + second! + third!).toBe(requests.length);
  });
});
