/**
 * Holds `driver_internals.ts` against a real node: whatever a release of the driver moves that it
 * reaches into, one of these fails.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import { codecFor } from "../../../codec/codec_for.ts";
import { packRow } from "../../../codec/packed/packed_rows.ts";
import {
  createTestKeyspace,
  type TestKeyspace,
} from "../../../tests/support/cassandra/keyspace.ts";
import { compileRowReader, type Row } from "../../prepare/rows/read_rows.ts";
import { cqlTypeOf } from "../statements/cql_type.ts";
import { AnswerTooLarge } from "./wire/answer_too_large.ts";
import { Alarms } from "../../../runtime/alarms.ts";
import { Deadline } from "../timing/deadline.ts";
import type { BoundValues, DriverColumn, ExecuteOptions, RawResult } from "./driver_types.ts";
import {
  executeBatch,
  executeStatement as execute,
  prepareStatement as prepare,
} from "../statements/statement.ts";
import { int } from "../../../tests/support/cassandra/protocol_values.ts";

const SCHEMA = [
  "CREATE TYPE address (street text, numbers frozen<list<int>>)",
  `CREATE TABLE everything (
    a text, b int, c timeuuid,
    home frozen<address>, pair tuple<int, text>, embedding vector<float, 3>,
    tags map<text, frozen<set<int>>>, payload blob, note text,
    PRIMARY KEY ((a, b), c)
  )`,
  "CREATE TABLE counts (id text PRIMARY KEY, hits counter)",
  "CREATE TABLE rows (id text, position int, note text, payload blob, PRIMARY KEY (id, position))",
];

const OPTIONS: ExecuteOptions = {
  consistency: cassandra.types.consistencies.localOne,
  serialConsistency: null,
  fetchSize: 5000,
  pagingState: undefined,
  isIdempotent: true,
  deadline: new Deadline(performance.now() + 600_000, new Alarms()),
};

function describeColumns(columns: readonly DriverColumn[]): string {
  return columns.map(({ name, type }) => `${name} ${codecFor(cqlTypeOf(type)).cql}`).join(", ");
}

function rowsOf({ columns, rows }: RawResult): Row[] {
  return compileRowReader(columns).read(rows);
}

function text(value: string): Buffer {
  return Buffer.from(value);
}

/** The driver's own policy, which also keeps the routing keys that it was asked to plan for. */
class RecordingPolicy extends cassandra.policies.loadBalancing.TokenAwarePolicy {
  readonly routingKeys: string[] = [];

  constructor(localDatacenter: string) {
    super(new cassandra.policies.loadBalancing.DCAwareRoundRobinPolicy(localDatacenter));
  }

  override newQueryPlan(
    ...[keyspace, options, callback]: Parameters<
      cassandra.policies.loadBalancing.TokenAwarePolicy["newQueryPlan"]
    >
  ): void {
    const key = options?.getRoutingKey() as Buffer | undefined;
    this.routingKeys.push(key === undefined ? "none" : key.toString("hex"));
    super.newQueryPlan(keyspace, options, callback);
  }
}

describe("driver_internals", () => {
  let keyspace: TestKeyspace;
  let client: cassandra.Client;
  const logged: string[] = [];
  const policy = new RecordingPolicy("dc1");

  async function run(cql: string, values: BoundValues, options: Partial<ExecuteOptions> = {}) {
    return await execute(client, await prepare(client, cql), values, { ...OPTIONS, ...options });
  }
  async function insertRows(id: string, count: number) {
    const cql = "INSERT INTO rows (id, position, note) VALUES (:id, :position, :note)";
    for (let position = 0; position < count; position++) {
      await run(cql, [text(id), int(position), text(`note ${position}`)]);
    }
  }

  before(async () => {
    keyspace = await createTestKeyspace(SCHEMA, {
      policies: { loadBalancing: policy },
      queryOptions: { prepare: true },
    });
    client = keyspace.client;
    client.on("log", (_level: string, _source: string, message: string) => logged.push(message));
  });
  after(() => keyspace[Symbol.asyncDispose]());

  describe("prepare()", () => {
    const STATEMENTS: {
      what: string;
      cql: string;
      binds: string;
      partitionKey: number[];
      columns: string;
      table?: string;
    }[] = [
      {
        what: "markers in the order of the text, and key indexes in that of the key",
        cql: "SELECT note, c FROM everything WHERE c > :since AND b = :b AND a = :a LIMIT :rows",
        binds: "since timeuuid, b int, a text, rows int",
        partitionKey: [2, 1],
        columns: "note text, c timeuuid",
      },
      {
        what: "no key where it is not wholly bound",
        cql: "SELECT c FROM everything WHERE a = 'x' AND b = :b",
        binds: "b int",
        partitionKey: [],
        columns: "c timeuuid",
      },
      {
        what: "no key where a component is a list",
        cql: "SELECT c FROM everything WHERE a IN :names AND b = :b",
        binds: "names list<text>, b int",
        partitionKey: [],
        columns: "c timeuuid",
      },
      {
        what: "types that are made of others",
        cql: "SELECT home, pair, embedding, tags FROM everything",
        binds: "",
        partitionKey: [],
        columns:
          "home address, pair tuple<int, text>, embedding vector<float, 3>, tags map<text, set<int>>",
      },
      {
        what: "types that are made of others in markers",
        cql: "INSERT INTO everything (a, b, c, home, pair, embedding, tags) " +
          "VALUES (:a, :b, :c, :home, :pair, :embedding, :tags)",
        binds:
          "a text, b int, c timeuuid, home address, pair tuple<int, text>, embedding vector<float, 3>, tags map<text, set<int>>",
        partitionKey: [0, 1],
        columns: "",
      },
      {
        what: "a marker for each place that it stands in",
        cql: "UPDATE everything SET note = :a WHERE a = :a AND b = :b AND c = :c",
        binds: "a text, a text, b int, c timeuuid",
        partitionKey: [1, 2],
        columns: "",
      },
      {
        what: "functions and their names",
        cql: "SELECT count(*), max(b) AS top, token(a, b), toDate(c) AS day FROM everything",
        binds: "",
        partitionKey: [],
        columns: "count bigint, top int, system.token(a, b) bigint, day date",
      },
      {
        what: "no columns of a lightweight transaction",
        cql: "INSERT INTO everything (a, b, c) VALUES (:a, :b, :c) IF NOT EXISTS",
        binds: "a text, b int, c timeuuid",
        partitionKey: [0, 1],
        columns: "",
      },
      {
        what: "the markers of all statements of a batch, and the key of the last one",
        cql: "BEGIN BATCH INSERT INTO rows (id, position) VALUES (:id, :position); " +
          "DELETE note FROM rows WHERE id = :id AND position = :other APPLY BATCH",
        binds: "id text, position int, id text, other int",
        partitionKey: [2],
        columns: "",
        table: "rows",
      },
      {
        what: "a counter",
        cql: "UPDATE counts SET hits = hits + :more WHERE id = :id",
        binds: "more counter, id text",
        partitionKey: [1],
        columns: "",
        table: "counts",
      },
    ];
    for (const { what, cql, binds, partitionKey, columns, table = "everything" } of STATEMENTS) {
      it(`reads ${what}`, async () => {
        const statement = await prepare(client, cql);
        expect(describeColumns(statement.binds)).toBe(binds);
        expect(statement.partitionKey).toEqual(partitionKey);
        expect(describeColumns(statement.columns)).toBe(columns);
        expect([statement.keyspace, statement.table]).toEqual([keyspace.name, table]);
      });
    }

    it("rejects with the server's refusal", async () => {
      await expect(prepare(client, "SELECT nothing FROM rows")).rejects.toMatchObject({
        code: cassandra.types.responseErrorCodes.invalid,
        message: expect.stringContaining("nothing"),
      });
    });
  });

  describe("execute()", () => {
    it("writes and reads bytes as they are, of every sort of type", async () => {
      const c = cassandra.types.TimeUuid.now();
      const values: Record<string, unknown> = {
        home: { street: "Elm", numbers: [1, 2] },
        pair: [7, "seven"],
        embedding: [0.5, -1, 2],
        tags: { x: [1, 2] },
      };
      const insert = await prepare(
        client,
        "INSERT INTO everything (a, b, c, home, pair, embedding, tags) " +
          "VALUES ('k', 1, :c, :home, :pair, :embedding, :tags)",
      );
      const encoded = insert.binds.map(({ name, type }) => {
        const { input, encode } = codecFor(cqlTypeOf(type));
        return name === "c" ? c.getBuffer() : encode(input.parse(values[name]));
      });
      await execute(client, insert, encoded, OPTIONS);
      const result = await run("SELECT * FROM everything WHERE a = 'k' AND b = 1", []);
      expect(rowsOf(result)).toEqual([
        { a: "k", b: 1, c: c.toString(), ...values, payload: null, note: null },
      ]);
      expect(result.coordinator).toBe(keyspace.contactPoint);
      expect(result.pagingState).toBe(null);
    });

    it("leaves UNSET columns alone and deletes null ones", async () => {
      await insertRows("unset", 1);
      const cql = "INSERT INTO rows (id, position, note, payload) VALUES (:a, :b, :c, :d)";
      const note = async () =>
        rowsOf(await run("SELECT note, payload FROM rows WHERE id = 'unset'", []));
      await run(cql, [text("unset"), int(0), undefined, text("\x01")]);
      expect(await note()).toEqual([{ note: "note 0", payload: "AQ==" }]);
      await run(cql, [text("unset"), int(0), null, undefined]);
      expect(await note()).toEqual([{ note: null, payload: "AQ==" }]);
    });

    it("keeps empty bytes apart from null", async () => {
      await run("INSERT INTO rows (id, position, note, payload) VALUES ('e', 1, :a, :b)", [
        Buffer.alloc(0),
        null,
      ]);
      const result = await run("SELECT note, payload FROM rows WHERE id = 'e'", []);
      expect(rowsOf(result)).toEqual([{ note: "", payload: null }]);
    });

    it("goes from page to page", async () => {
      await insertRows("pages", 25);
      const statement = await prepare(client, "SELECT position FROM rows WHERE id = :id");
      const pages: unknown[][] = [];
      let pagingState: Buffer | null | undefined;
      do {
        const result: RawResult = await execute(client, statement, [text("pages")], {
          ...OPTIONS,
          fetchSize: 10,
          pagingState: pagingState ?? undefined,
        });
        pages.push(rowsOf(result).map(({ position }) => position));
        pagingState = result.pagingState;
      } while (pagingState !== null);
      expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
      expect(pages.flat()).toEqual(Array.from({ length: 25 }, (_, index) => index));
    });

    it("answers no rows for what has none", async () => {
      const none = await run("SELECT note FROM rows WHERE id = 'nobody'", []);
      expect([none.rows.length, describeColumns(none.columns)]).toEqual([0, "note text"]);
      const write = await run("DELETE FROM rows WHERE id = 'nobody'", []);
      expect([write.rows.length, write.columns]).toEqual([0, []]);
    });

    it("reads what a lightweight transaction found", async () => {
      const cql = "INSERT INTO rows (id, position, note) VALUES ('lwt', 1, :note) IF NOT EXISTS";
      const options = {
        serialConsistency: cassandra.types.consistencies.localSerial,
        isIdempotent: false,
      };
      expect(rowsOf(await run(cql, [text("first")], options))).toEqual([{ "[applied]": true }]);
      expect(rowsOf(await run(cql, [text("second")], options))).toEqual([
        { "[applied]": false, id: "lwt", position: 1, note: "first", payload: null },
      ]);
    });

    it("reads rows that come in many chunks", async () => {
      const payloads = Array.from({ length: 4 }, (_, index) => Buffer.alloc(1 << 20, index + 1));
      for (const [position, payload] of payloads.entries()) {
        await run(
          "INSERT INTO rows (id, position, payload) VALUES ('large', :position, :payload)",
          [
            int(position),
            payload,
          ],
        );
      }
      const rows = rowsOf(await run("SELECT payload FROM rows WHERE id = 'large'", []));
      expect(rows.length).toBe(payloads.length);
      for (const [index, { payload }] of rows.entries()) {
        expect(payload === payloads[index]!.toString("base64")).toBe(true);
      }
    });

    it("skips an answer of more bytes than are taken, and says how many there are", async () => {
      const sizes = [400_000, 400_000, 1];
      for (const [position, size] of sizes.entries()) {
        const values = [int(position), Buffer.alloc(size, 7)];
        await run("INSERT INTO rows (id, position, payload) VALUES ('wide', :p, :payload)", values);
      }
      const cql = "SELECT payload FROM rows WHERE id = 'wide'";
      const read = (maxAnswerBytes: number, fetchSize = 5000) =>
        run(cql, [], { maxAnswerBytes, fetchSize });
      // With answers of all sizes in between, on the same connection.
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) => {
          if (index % 3 === 0) return read(500_000).then(() => "whole", (error) => error);
          if (index % 3 === 1) return read(1_000_000).then(rowsOf);
          return run("SELECT note FROM rows WHERE id = 'nobody'", []).then(rowsOf);
        }),
      );
      for (const [index, answer] of answers.entries()) {
        if (index % 3 === 0) {
          expect(answer).toBeInstanceOf(AnswerTooLarge);
          expect((answer as AnswerTooLarge).bytes).toBeGreaterThan(800_000);
        } else expect(answer).toHaveLength(index % 3 === 1 ? 3 : 0);
      }
      const { rows } = await read(500_000, 1);
      expect([rows.length, rows.end - rows.offset]).toEqual([1, 400_004]);
    });

    it("counts the bytes of the rows, whether they come in one piece or many", async () => {
      for (const [id, size] of [["one-piece", 10], ["many-pieces", 300_000]] as const) {
        const values = [text(id), Buffer.alloc(size)];
        await run("INSERT INTO rows (id, position, payload) VALUES (:id, 1, :payload)", values);
        const { rows } = await run("SELECT payload FROM rows WHERE id = :id", [text(id)]);
        expect(rows.end - rows.offset).toBe(4 + size);
      }
    });

    it("rejects with the driver's errors", async () => {
      await expect(run("SELECT note FROM rows WHERE id = :id", [Buffer.alloc(0)])).rejects
        .toMatchObject({ code: cassandra.types.responseErrorCodes.invalid });
    });

    it("leaves a plain use of the same connections as it is", async () => {
      await insertRows("mixed", 20);
      const cql = "SELECT position, note FROM rows WHERE id = :id";
      const statement = await prepare(client, cql);
      const raw = () => execute(client, statement, [text("mixed")], OPTIONS);
      const answers = await Promise.all(
        Array.from({ length: 150 }, (_, index) => {
          if (index % 3 === 0) return raw().then(rowsOf);
          const prepare = index % 3 === 1;
          return client.execute(prepare ? cql : cql.replace(":id", "'mixed'"), {
            ...(prepare ? { id: "mixed" } : {}),
          }, { prepare }).then(({ rows }) => rows.map((row) => ({ ...row })));
        }),
      );
      const expected = Array.from({ length: 20 }, (_, position) => ({
        position,
        note: `note ${position}`,
      }));
      for (const rows of answers) expect(rows).toEqual(expected);
    });

    it("leaves a plain query alone that follows on the stream of a write", async () => {
      await insertRows("stream", 1);
      const touch = await prepare(
        client,
        "UPDATE rows SET note = :note WHERE id = :id AND position = 0",
      );
      for (let round = 0; round < 5; round++) {
        await execute(client, touch, [text(`round ${round}`), text("stream")], OPTIONS);
        const { rows } = await client.execute("SELECT note FROM rows WHERE id = 'stream'");
        expect(rows.map((row) => ({ ...row }))).toEqual([{ note: `round ${round}` }]);
      }
    });

    it("prepares again what the node has forgotten, and still reads bytes", async () => {
      await insertRows("forgotten", 2);
      const select = await prepare(client, "SELECT * FROM rows WHERE id = :id");
      const insert = await prepare(client, "INSERT INTO rows (id, position) VALUES (:id, :p)");
      await client.execute("ALTER TABLE rows ADD extra int", [], { prepare: false });
      const before = logged.filter((message) => message.includes("is not prepared")).length;
      const { attempts } = OPTIONS.deadline;
      const [sent, preparedAgain] = [attempts.sent, attempts.preparedAgain];
      await execute(client, insert, [text("forgotten"), int(2)], OPTIONS);
      const result = await execute(client, select, [text("forgotten")], OPTIONS);
      const after = logged.filter((message) => message.includes("is not prepared")).length;
      expect(after - before).toBe(2);
      expect([attempts.sent - sent, attempts.preparedAgain - preparedAgain]).toEqual([4, 2]);
      expect(rowsOf(result)).toEqual([0, 1, 2].map((position) => ({
        id: "forgotten",
        position,
        extra: null,
        note: position < 2 ? `note ${position}` : null,
        payload: null,
      })));
    });

    const KEYS = [
      {
        what: "one column",
        cql: "SELECT * FROM rows WHERE id = :id",
        values: { id: "ü" },
        bytes: [text("ü")],
      },
      {
        what: "two columns, bound the other way round",
        cql: "SELECT * FROM everything WHERE b = :b AND a = :a",
        values: { b: 258, a: "key" },
        bytes: [int(258), text("key")],
      },
    ];
    for (const { what, cql, values, bytes } of KEYS) {
      it(`routes a key of ${what} as the driver does`, async () => {
        await client.execute(cql, values, { prepare: true });
        const expected = policy.routingKeys.at(-1);
        await run(cql, bytes);
        expect(expected).not.toBe("none");
        expect(policy.routingKeys.at(-1)).toBe(expected);
      });
    }

    it("routes nothing if the key is not wholly bound", async () => {
      await run("SELECT * FROM everything WHERE a = 'x' AND b = :b", [int(1)]);
      expect(policy.routingKeys.at(-1)).toBe("none");
    });
  });

  describe("executeBatch()", () => {
    const INSERT =
      "INSERT INTO rows (id, position, note, payload) VALUES (:id, :p, :note, :payload)";
    const notes = async (id: string) =>
      rowsOf(await run("SELECT position, note, payload FROM rows WHERE id = :id", [text(id)]));

    it("writes every row: bytes, null and UNSET", async () => {
      const insert = await prepare(client, INSERT);
      const id = text("batch");
      await execute(client, insert, [id, int(2), text("kept"), Buffer.of(1)], OPTIONS);
      await executeBatch(
        client,
        insert,
        [
          [id, int(0), text("é"), Buffer.of(0, 255)],
          [id, int(1), null, Buffer.alloc(0)],
          [id, int(2), undefined, null],
        ].map(packRow),
        OPTIONS,
      );
      expect(await notes("batch")).toEqual([
        { position: 0, note: "é", payload: "AP8=" },
        { position: 1, note: null, payload: "" },
        { position: 2, note: "kept", payload: null },
      ]);
    });

    it("writes as of the time that it is given, as execute() does", async () => {
      const insert = await prepare(client, INSERT);
      const writeTime = 1_000_000_000_000_001;
      const row = (position: number) => [text("time"), int(position), text("x"), null];
      await execute(client, insert, row(0), { ...OPTIONS, writeTime });
      await executeBatch(client, insert, [packRow(row(1)), packRow(row(2))], {
        ...OPTIONS,
        writeTime,
      });
      const { rows } = await client.execute(
        "SELECT WRITETIME(note) AS time FROM rows WHERE id = 'time'",
      );
      expect(rows.map(({ time }) => String(time))).toEqual(Array(3).fill(String(writeTime)));
    });

    it("routes by the key of its first row", async () => {
      const insert = await prepare(client, INSERT);
      const rows = [3, 4].map((position) => [text("routed"), int(position), null, null]);
      await executeBatch(client, insert, rows.map(packRow), OPTIONS);
      expect(policy.routingKeys.at(-1)).toBe(text("routed").toString("hex"));
    });

    it("writes nothing if one row is refused", async () => {
      const insert = await prepare(client, INSERT);
      const rows = [[text("none"), int(0), text("a"), null], [text("none"), null, null, null]];
      await expect(executeBatch(client, insert, rows.map(packRow), OPTIONS))
        .rejects.toThrow("Invalid null value in condition for column position");
      expect(await notes("none")).toEqual([]);
    });

    it("prepares again what the node has forgotten", async () => {
      const insert = await prepare(client, INSERT);
      await client.execute("ALTER TABLE rows ADD more int", [], { prepare: false });
      const rows = [0, 1].map((position) => [text("again"), int(position), text("x"), null]);
      await executeBatch(client, insert, rows.map(packRow), OPTIONS);
      expect(await notes("again")).toHaveLength(2);
    });
  });
});
