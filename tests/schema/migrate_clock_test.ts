/**
 * `migrate` on machines whose clocks are wrong, or that go on with what another has begun some time ago.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Session } from "../../db/driver/session.ts";
import { applyMigrations } from "../../db/migrate/migrate.ts";
import { readMigrations } from "../../db/migrate/files/migrations.ts";
import { resolveStatement } from "../../db/migrate/resolve.ts";
import {
  type MigrationProject,
  openProjectCluster,
  type ProjectCluster,
} from "../support/cassandra/migration_project.ts";
import { LAST_WORDS, migrateUntil } from "./killed_migrate.ts";

const AN_HOUR_MS = 3_600_000;

interface Clock {
  /** How far the clock of the process is ahead. */
  readonly aheadMs: number;
  /** Zero for no bound. */
  readonly maxClockSkewMs: number;
}

/** What somebody is told whose clock is wrong; `none` if it goes well. */
async function refusalAt(
  made: MigrationProject,
  { aheadMs, maxClockSkewMs }: Clock,
  work: typeof applyAll = applyAll,
): Promise<string> {
  const { config, folder } = made;
  const session = new Session({
    ...config,
    maxClockSkewMs,
    now: () => Date.now() + aheadMs,
    observe: () => {},
  });
  await session.openOnce();
  try {
    const error = await work(session, made).then(() => null, (reason: Error) => reason);
    return error?.message.replaceAll(folder, "cql") ?? "none";
  } finally {
    await session.close();
  }
}

async function applyAll(session: Session, { config, folder }: MigrationProject): Promise<void> {
  const { keyspace } = config;
  const migrations = await readMigrations(folder, { keyspace }) ?? [];
  await applyMigrations(session, migrations, { keyspace, log: () => {} });
}

async function resolveFirst(session: Session, { config, folder }: MigrationProject): Promise<void> {
  const { keyspace } = config;
  const migrations = await readMigrations(folder, { keyspace }) ?? [];
  const resolution = { version: 1, statement: 2, outcome: "again" } as const;
  await resolveStatement(session, migrations, { keyspace, log: () => {}, resolution });
}

describe("migrate()", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  describe("with a clock that is wrong", () => {
    for (const [aheadMs, where] of [[AN_HOUR_MS, "ahead of"], [-AN_HOUR_MS, "behind"]] as const) {
      it(`changes nothing where it is an hour ${where} the nodes'`, async () => {
        await using made = await cluster.create({
          "0001_hits.cql": "CREATE TABLE hits (id text PRIMARY KEY, n counter);\n" +
            "UPDATE hits SET n = n + 1 WHERE id = 'a';",
        });
        await migrateUntil(made, LAST_WORDS.record);
        await migrateUntil(made, LAST_WORDS.intent);
        const history = await made.history();
        const clock = { aheadMs, maxClockSkewMs: 60_000 };
        const refusal = new RegExp(
          `^Cannot migrate: The clock of this process is \\d+ ms ${where} the nodes'\n.*NTP`,
        );
        expect(await refusalAt(made, clock)).toMatch(refusal);
        expect(await refusalAt(made, clock, resolveFirst)).toMatch(refusal);
        expect(await made.history()).toEqual(history);
      });
    }
  });

  describe("after one whose clock was ahead", () => {
    const AHEAD = { aheadMs: AN_HOUR_MS, maxClockSkewMs: 0 };
    const RIGHT = { aheadMs: 0, maxClockSkewMs: 0 };

    it("is not hidden by its record: nothing is applied twice", async () => {
      const begin = "CREATE TABLE hits (id text PRIMARY KEY, n counter);\n";
      const count = "UPDATE hits SET n = n + 1 WHERE id = 'a';\n";
      const [index, broken] = [
        "CREATE INDEX ON tags (tag);\n",
        "CREATE INDEX ON tags (nothing);\n",
      ];
      const tags = "CREATE TABLE tags (id text PRIMARY KEY, tag text);\n";
      await using made = await cluster.create({ "0001_hits.cql": begin + broken });
      await migrateUntil(made, LAST_WORDS.start);
      expect(await refusalAt(made, AHEAD)).toContain("Cannot apply statement 2 of 2");
      await made.write({ "0001_hits.cql": begin + tags + count + broken });
      expect(await refusalAt(made, RIGHT)).toContain("Cannot apply statement 4 of 4");
      await made.write({ "0001_hits.cql": begin + tags + count + index });
      expect(await refusalAt(made, RIGHT)).toBe("none");
      expect(await made.rows(`SELECT n FROM ${made.config.keyspace}.hits`)).toEqual([
        { n: expect.objectContaining({ low: 1 }) },
      ]);
      expect(await made.history()).toMatchObject([{ applied: 4, checksum: expect.any(String) }]);
    });

    it("is not hidden by its rows, and does not write rows ahead of its own clock unasked", async () => {
      const seed = "CREATE TABLE notes (id text PRIMARY KEY, body text);\n" +
        "INSERT INTO notes (id, body) VALUES ('a', 'first');\n";
      await using made = await cluster.create({ "0001_notes.cql": seed });
      await migrateUntil(made, LAST_WORDS.start);
      expect(await refusalAt(made, AHEAD)).toBe("none");
      await made.write({
        "0002_more.cql": "ALTER TABLE notes ADD tag text;\n" +
          "UPDATE notes SET body = 'second' WHERE id = 'a';",
      });
      expect(await refusalAt(made, { aheadMs: 0, maxClockSkewMs: 60_000 })).toMatch(
        /^Cannot apply statement 2 of 2 of "cql\/migrations\/0002_more.cql": an earlier "migrate", whose clock was ahead, has written with times up to \S+Z,/,
      );
      expect(await refusalAt(made, RIGHT)).toBe("none");
      expect(await made.rows(`SELECT id, body FROM ${made.config.keyspace}.notes`)).toEqual([
        { id: "a", body: "second" },
      ]);
    });
  });

  describe("with a clock that is behind the nodes', as far as it may be", () => {
    const BEHIND = { aheadMs: -2_000, maxClockSkewMs: 60_000 };

    it("writes to a column that was dropped and added again, rather than to the dropped one", async () => {
      await using made = await cluster.create({
        "0001_notes.cql": "CREATE TABLE notes (id text PRIMARY KEY, body text, tag text);\n" +
          "ALTER TABLE notes DROP (body, tag);\nALTER TABLE notes ADD (body text, tag text);\n" +
          "UPDATE notes SET body = 'kept' WHERE id = 'a';\n" +
          "BEGIN BATCH INSERT INTO notes (id, tag) VALUES ('a', 'kept') APPLY BATCH;",
      });
      await migrateUntil(made, LAST_WORDS.start);
      expect(await refusalAt(made, BEHIND)).toBe("none");
      expect(await made.rows(`SELECT * FROM ${made.config.keyspace}.notes`)).toEqual([
        { id: "a", body: "kept", tag: "kept" },
      ]);
    });

    it("stops where a column was dropped far ahead of all clocks", async () => {
      await using made = await cluster.create({
        "0001_notes.cql": "CREATE TABLE notes (id text PRIMARY KEY, body text);\n" +
          "ALTER TABLE notes DROP body USING TIMESTAMP 9000000000000000;\n" +
          "INSERT INTO notes (id) VALUES ('b');\nDELETE FROM notes WHERE id = 'b';\n" +
          "ALTER TABLE notes ADD body text;\nUPDATE notes SET body = 'kept' WHERE id = 'a';",
      });
      await migrateUntil(made, LAST_WORDS.start);
      expect(await refusalAt(made, BEHIND)).toMatch(
        /^Cannot apply statement 6 of 6 of "cql\/migrations\/0001_notes.cql": a column of its table "notes" that was dropped and added again hides what is written before 2255-/,
      );
      expect(await refusalAt(made, { ...BEHIND, maxClockSkewMs: 0 })).toBe("none");
      expect(await made.rows(`SELECT * FROM ${made.config.keyspace}.notes`)).toEqual([
        { id: "a", body: "kept" },
      ]);
    });
  });

  it("repeats a statement with the time of its first attempt, however often", async () => {
    await using made = await cluster.create({
      "0001_notes.cql": "CREATE TABLE notes (id text PRIMARY KEY, body text);\n" +
        "DELETE FROM notes WHERE id = 'a';\n" +
        "INSERT INTO notes (id, body) VALUES ('b', 'seed');\n" +
        "INSERT INTO notes (id, body) VALUES ('c', 'seed') USING TIMESTAMP 5;",
    });
    const notes = `${made.config.keyspace}.notes`;
    await migrateUntil(made, LAST_WORDS.record);
    await migrateUntil(made, LAST_WORDS.intent);
    await made.rows(`INSERT INTO ${notes} (id, body) VALUES ('a', 'created since')`);
    await migrateUntil(made, "DELETE FROM notes");
    await migrateUntil(made, "DELETE FROM notes");
    await migrateUntil(made, "VALUES ('b'");
    await made.rows(`UPDATE ${notes} SET body = 'changed since' WHERE id = 'b'`);
    await migrateUntil(made, "VALUES ('b'");
    await migrateUntil(made, "VALUES ('c'");
    await made.migrate();
    const rows = await made.rows(`SELECT id, body, WRITETIME(body) AS at FROM ${notes}`);
    expect(rows.map(({ id, body }) => [id, body]).sort()).toEqual([
      ["a", "created since"],
      ["b", "changed since"],
      ["c", "seed"],
    ]);
    expect(Number(rows.find(({ id }) => id === "c")!.at)).toBe(5);
  });

  it("repeats what an older release has begun with the time at which it did", async () => {
    await using made = await cluster.create({
      "0001_notes.cql":
        "CREATE TABLE notes (id text PRIMARY KEY);\nDELETE FROM notes WHERE id = 'a';",
    });
    const { keyspace } = made.config;
    await migrateUntil(made, LAST_WORDS.record);
    await migrateUntil(made, LAST_WORDS.intent);
    const [entry] = await made.history();
    // It does not look at the record's times, and takes back with null what was refused.
    for (const attempted of ["null", "2"]) {
      await made.rows(
        `UPDATE ${keyspace}.cqlgate_migrations
          SET attempted = ${attempted}, attempted_checksum = '${entry!.attempted_checksum}'
          WHERE history = 'schema' AND version = 1`,
      );
    }
    await made.rows(`INSERT INTO ${keyspace}.notes (id) VALUES ('a')`);
    await made.migrate();
    expect(await made.rows(`SELECT id FROM ${keyspace}.notes`)).toEqual([{ id: "a" }]);
  });
});
