import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import { packRow } from "../../../codec/packed/packed_rows.ts";
import { eventually } from "../../../tests/support/eventually.ts";
import {
  createTestKeyspace,
  type TestKeyspace,
} from "../../../tests/support/cassandra/keyspace.ts";
import { onOneNode } from "../internals/driver_internals.ts";
import { Alarms } from "../../../runtime/alarms.ts";
import { Deadline } from "../timing/deadline.ts";
import type { BoundValues, ExecuteOptions, PreparedStatement } from "../internals/driver_types.ts";
import { SchemaChangedError } from "../schema_watch/schema_changed.ts";
import { Session } from "../session.ts";
import type { StatementOptions } from "./statement_options.ts";
import { executeBatch, executeStatement, prepareStatement } from "./statement.ts";

const OPTIONS: ExecuteOptions = {
  consistency: cassandra.types.consistencies.localOne,
  serialConsistency: null,
  fetchSize: 100,
  pagingState: undefined,
  isIdempotent: true,
  deadline: new Deadline(performance.now() + 600_000, new Alarms()),
};

/** 1094861636 as an int, `ABCD` as text. */
const AMBIGUOUS = Buffer.from("ABCD");

describe("statements of a table that is made again with other types", () => {
  let keyspace: TestKeyspace;
  const replicas: cassandra.Client[] = [];

  before(async () => {
    keyspace = await createTestKeyspace([]);
    for (let replica = 0; replica < 3; replica++) {
      const client = new cassandra.Client({
        contactPoints: [keyspace.contactPoint],
        localDataCenter: keyspace.localDatacenter,
        keyspace: keyspace.name,
      });
      await client.connect();
      replicas.push(client);
    }
  });
  after(async () => {
    for (const client of replicas) await client.shutdown();
    await keyspace[Symbol.asyncDispose]();
  });

  async function recreate(table: string, columns: string): Promise<void> {
    await keyspace.client.execute(`DROP TABLE IF EXISTS ${table}`);
    await keyspace.client.execute(`CREATE TABLE ${table} (${columns})`);
  }

  function prepareOnEach(cql: string): Promise<PreparedStatement[]> {
    return Promise.all(replicas.map((client) => prepareStatement(client, cql)));
  }

  /** Prepares exactly this text, which another statement may have been prepared with. */
  async function prepareText(client: cassandra.Client, cql: string): Promise<void> {
    await onOneNode(client, (node) => node.prepare(cql));
  }

  async function rowsIn(table: string): Promise<Record<string, unknown>[]> {
    const { rows } = await keyspace.client.execute(`SELECT * FROM ${table}`);
    return rows.map((row) => ({ ...row }));
  }

  const CHANGES: {
    what: string;
    before: string;
    after: string;
    values?: BoundValues;
    statement?: (table: string) => string;
    says: RegExp;
  }[] = [
    {
      what: "int to text",
      before: "k text PRIMARY KEY, v int",
      after: "k text PRIMARY KEY, v text",
      says: /were \(k text, v int\) and are now \(k text, v text\)/,
    },
    {
      what: "int to bigint",
      before: "k text PRIMARY KEY, v int",
      after: "k text PRIMARY KEY, v bigint",
      says: /and are now \(k text, v bigint\)/,
    },
    {
      what: "a list of ints to one of texts",
      before: "k text PRIMARY KEY, v frozen<list<int>>",
      after: "k text PRIMARY KEY, v frozen<list<text>>",
      values: [Buffer.from("a"), Buffer.from([0, 0, 0, 1, 0, 0, 0, 4, 65, 66, 67, 68])],
      says: /were \(k text, v list<int>\) and are now \(k text, v list<text>\)/,
    },
    {
      what: "a column that is gone",
      before: "k text PRIMARY KEY, v int",
      after: "k text PRIMARY KEY, w int",
      says: /^It can no longer be prepared: Undefined column name v/,
    },
    {
      what: "another partition key",
      before: "k text PRIMARY KEY, v int",
      after: "k text, v int, PRIMARY KEY ((k, v))",
      says: /still \(k text, v int\), but others of them make up the partition key/,
    },
  ];
  for (const [index, { what, before, after, values, says }] of CHANGES.entries()) {
    const table = `changes_${index}`;
    const row = values ?? [Buffer.from("a"), AMBIGUOUS];

    it(`refuses ${what}, on each of several replicas in turn`, async () => {
      await recreate(table, before);
      const cql = `INSERT INTO ${table} (k, v) VALUES (:k, :v)`;
      const statements = await prepareOnEach(cql);
      await recreate(table, after);
      for (const [replica, client] of replicas.entries()) {
        for (
          const run of [
            () => executeStatement(client, statements[replica]!, row, OPTIONS),
            () => executeBatch(client, statements[replica]!, [packRow(row), packRow(row)], OPTIONS),
          ]
        ) {
          const error = await run().then(() => null, (error) => error);
          expect(error).toBeInstanceOf(SchemaChangedError);
          expect(error.message).toMatch(says);
        }
      }
      expect(await rowsIn(table)).toEqual([]);
    });
  }

  it("refuses the old types where another replica has prepared the new ones already", async () => {
    await recreate("raced", "k text PRIMARY KEY, v int");
    const cql = "INSERT INTO raced (k, v) VALUES (:k, :v)";
    const stale = await prepareStatement(replicas[0]!, cql);
    await recreate("raced", "k text PRIMARY KEY, v text");
    const current = await prepareStatement(replicas[1]!, cql);
    await executeStatement(replicas[1]!, current, [Buffer.from("b"), Buffer.from("text")], OPTIONS);
    const late = executeStatement(replicas[0]!, stale, [Buffer.from("a"), AMBIGUOUS], OPTIONS);
    await expect(late).rejects.toThrow(SchemaChangedError);
    expect(await rowsIn("raced")).toEqual([{ k: "b", v: "text" }]);
  });

  const TYPE_CHANGES: { what: string; change: string }[] = [
    { what: "a field that is added", change: "ADD c int" },
    { what: "a field with another name", change: "RENAME a TO z" },
  ];
  for (const [index, { what, change }] of TYPE_CHANGES.entries()) {
    it(`refuses values of a user-defined type with ${what}`, async () => {
      const type = `pair_${index}`;
      await keyspace.client.execute(`CREATE TYPE ${type} (a int, b int)`);
      await recreate(`pairs_${index}`, `k text PRIMARY KEY, v frozen<${type}>`);
      const cql = `INSERT INTO pairs_${index} (k, v) VALUES (:k, :v)`;
      const [statement] = await prepareOnEach(cql);
      const pair = Buffer.from([0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2]);
      await keyspace.client.execute(`ALTER TYPE ${type} ${change}`);
      const late = executeStatement(
        replicas[0]!,
        statement!,
        [Buffer.from("a"), pair],
        OPTIONS,
      );
      await expect(late).rejects.toThrow(SchemaChangedError);
      expect(await rowsIn(`pairs_${index}`)).toEqual([]);
    });
  }

  it("runs on where the table was made again as it was, or has only more columns", async () => {
    await recreate("same", "k text PRIMARY KEY, v int");
    const insert = await prepareStatement(
      replicas[0]!,
      "INSERT INTO same (k, v) VALUES (:k, :v) -- to the end\n",
    );
    await recreate("same", "k text PRIMARY KEY, v int");
    await executeStatement(replicas[0]!, insert, [Buffer.from("a"), AMBIGUOUS], OPTIONS);
    await keyspace.client.execute("ALTER TABLE same ADD w int");
    await executeStatement(replicas[0]!, insert, [Buffer.from("b"), AMBIGUOUS], OPTIONS);
    expect((await rowsIn("same")).length).toBe(2);
  });

  it("leaves a statement of the same text alone that another program has prepared", async () => {
    await recreate("plain", "k text PRIMARY KEY, v int");
    const cql = "INSERT INTO plain (k, v) VALUES (:k, :v)";
    const insert = await prepareStatement(replicas[0]!, cql);
    await replicas[1]!.execute(cql, { k: "b", v: 2 }, { prepare: true });
    await executeStatement(replicas[0]!, insert, [Buffer.from("a"), AMBIGUOUS], OPTIONS);
    expect(await rowsIn("plain")).toEqual(
      expect.arrayContaining([{ k: "a", v: 1094861636 }, { k: "b", v: 2 }]),
    );
  });

  it("is checked once a change is announced, even where its node knows the id", async () => {
    await recreate("announced", "k text PRIMARY KEY, v int");
    await recreate("bystander", "k text PRIMARY KEY, v int");
    let changes = 0;
    const session = new Session({
      contactPoints: [keyspace.contactPoint],
      localDatacenter: keyspace.localDatacenter,
      keyspace: keyspace.name,
      username: null,
      password: null,
      tlsCa: null,
      tlsCert: null,
      tlsKey: null,
      secureBundle: null,
      connectionsPerHost: 1,
      consistency: "LOCAL_ONE",
      requestTimeoutMs: 30_000,
      observe: () => {},
    });
    session.onSchemaChange(() => changes++);
    await session.openOnce();
    try {
      const options: StatementOptions = {
        consistency: null,
        serialConsistency: null,
        writes: true,
        idempotent: true,
        fetchSize: 100,
      };
      const insert = await session.prepare("INSERT INTO announced (k, v) VALUES (:k, :v)");
      const batch = await session.prepare(
        `BEGIN BATCH
           INSERT INTO announced (k, v) VALUES (:k, :v);
           INSERT INTO bystander (k, v) VALUES (:k, :v);
         APPLY BATCH`,
      );
      await recreate("announced", "k text PRIMARY KEY, v text");
      // As a replica would that had asked for the types just before they changed.
      for (const { marked } of [insert, batch]) await prepareText(replicas[1]!, marked);
      await eventually("both changes are announced", () => changes >= 2);
      const row = [Buffer.from("a"), AMBIGUOUS];
      await expect(session.execute(batch, [...row, ...row], options)).rejects
        .toMatchObject({ code: "schema_changed" });
      await expect(session.execute(insert, [Buffer.from("a"), AMBIGUOUS], options)).rejects
        .toMatchObject({ code: "schema_changed" });
      await expect(session.executeBatch(insert, [packRow([Buffer.from("a"), AMBIGUOUS])], options))
        .rejects
        .toMatchObject({ code: "schema_changed" });
      expect(await rowsIn("announced")).toEqual([]);
    } finally {
      await session.close();
    }
  });
});
