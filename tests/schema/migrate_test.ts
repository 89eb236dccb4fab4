import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Session } from "../../db/driver/session.ts";
import { applyMigrations } from "../../db/migrate/migrate.ts";
import { readMigrations } from "../../db/migrate/files/migrations.ts";
import { migrate } from "../../tasks/migrate.ts";
import { openProjectCluster, type ProjectCluster } from "../support/cassandra/migration_project.ts";

const NOTES = "-- Notes.\nCREATE TABLE notes (id text PRIMARY KEY, body text);\n";
const TAGS = "CREATE TABLE tags (id text PRIMARY KEY);\nALTER TABLE notes ADD tag text;\n";
const TWO = { "0001_notes.cql": NOTES, "0002_tags.cql": TAGS };

describe("migrate()", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  it("creates the keyspace, applies all in order, and records what it did", async () => {
    await using made = await cluster.create(TWO);
    const startedAt = Date.now();
    expect(await made.migrate()).toEqual([
      expect.stringMatching(/^Applied "cql\/migrations\/0001_notes\.cql" in \d+ ms$/),
      expect.stringMatching(/^Applied "cql\/migrations\/0002_tags\.cql" in \d+ ms$/),
    ]);
    const { keyspace, localDatacenter } = made.config;
    const [{ replication }] = await made.rows(
      `SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '${keyspace}'`,
    ) as [Record<string, unknown>];
    expect(replication).toEqual({
      class: "org.apache.cassandra.locator.NetworkTopologyStrategy",
      [localDatacenter!]: "1",
    });
    expect(await made.tables()).toEqual(["notes", "tags"]);
    const history = await made.history();
    expect(history).toMatchObject([
      { version: 1, name: "notes", applied: 1 },
      { version: 2, name: "tags", applied: 2 },
    ]);
    let before = startedAt - 1;
    for (const { checksum, started_at, finished_at, duration_ms } of history) {
      expect(checksum).toMatch(/^[0-9a-f]{64}$/);
      expect(Number(started_at)).toBeGreaterThanOrEqual(before);
      expect(Number(finished_at)).toBeGreaterThanOrEqual(Number(started_at));
      expect(Number(duration_ms)).toBeGreaterThanOrEqual(0);
      before = Number(finished_at);
    }
  });

  it("applies nothing a second time, and then only what is new", async () => {
    await using made = await cluster.create({ "0001_notes.cql": NOTES });
    await made.migrate();
    const history = await made.history();
    expect(await made.migrate()).toEqual([`Keyspace "${made.config.keyspace}" is up to date`]);
    expect(await made.history()).toEqual(history);
    await made.write(TWO);
    expect(await made.migrate()).toEqual([expect.stringContaining("0002_tags.cql")]);
    expect((await made.history())[0]).toEqual(history[0]);
  });

  it("rejects a missing keyspace if it was not told the replication", async () => {
    await using made = await cluster.create(TWO);
    await expect(made.migrate({ replication: null })).rejects.toThrow(
      new Error(
        `Cannot create keyspace "${made.config.keyspace}": set CASSANDRA_REPLICATION, such as "dc1:3", or create it yourself`,
      ),
    );
  });

  it("rejects what contradicts the cluster, and applies nothing", async () => {
    await using made = await cluster.create(TWO);
    await made.migrate();
    await made.write({
      "0001_notes.cql": NOTES.replace("body", "text"),
      "0002_tags.cql": null,
      "0002_labels.cql": "CREATE TABLE labels (id text PRIMARY KEY);",
      "0003_more.cql": "CREATE TABLE more (id text PRIMARY KEY);",
    });
    const refusal = [
      "Cannot migrate:",
      '  "cql/migrations/0001_notes.cql" was changed after it was applied: ' +
      "restore it, and put the change into a new migration",
      '  "cql/migrations/0002_labels.cql" is not "0002_tags.cql", which was applied in its place: ' +
      "restore that file, or set CASSANDRA_KEYSPACE if the keyspace belongs to another project",
    ];
    expect(await made.refusal()).toBe(refusal.join("\n"));
    await expect(made.migrate({ command: "plan" })).rejects.toThrow("Cannot migrate:");
    expect(await made.migrate({ command: "status" })).toEqual([
      "0001_notes  applied, and changed since: restore the file",
      '0002_labels  not applied: "0002_tags.cql" was applied in its place',
      "0003_more  pending",
    ]);
    expect(await made.tables()).toEqual(["notes", "tags"]);
  });

  it("changes nothing if the cluster is ahead, and says so", async () => {
    await using made = await cluster.create(TWO);
    await made.migrate();
    const history = await made.history();
    await made.write({ "0002_tags.cql": null });
    const ahead =
      'The cluster has migrations up to "0002_tags.cql"; this release knows up to "0001_notes.cql"';
    expect(await made.migrate()).toEqual([`${ahead}: nothing is changed`]);
    expect(await made.migrate({ command: "plan" })).toEqual([
      ahead,
      `Nothing to apply to keyspace "${made.config.keyspace}"`,
    ]);
    expect(await made.history()).toEqual(history);
    expect(await made.tables()).toEqual(["notes", "tags"]);
  });

  it("changes nothing while a newer release is half-way", async () => {
    await using made = await cluster.create({
      "0001_notes.cql": NOTES,
      "0002_tags.cql": "CREATE TABLE tags (id text PRIMARY KEY);\nALTER TABLE none ADD a int;",
    });
    expect(await made.refusal()).toContain("Cannot apply statement 2 of 2");
    const history = await made.history();
    await made.write({ "0002_tags.cql": null });
    expect(await made.migrate()).toEqual([
      'The cluster has migrations up to "0002_tags.cql", which is not finished; ' +
      'this release knows up to "0001_notes.cql": nothing is changed',
    ]);
    expect(await made.history()).toEqual(history);
  });

  it("rejects a gap in what the cluster has, and applies nothing", async () => {
    await using made = await cluster.create({
      ...TWO,
      "0003_more.cql": "CREATE TABLE more (id text PRIMARY KEY);",
    });
    await made.migrate();
    const { keyspace } = made.config;
    await made.rows(
      `DELETE FROM ${keyspace}.cqlgate_migrations WHERE history = 'schema' AND version = 2`,
    );
    const gap =
      'Cannot migrate:\n  "cql/migrations/0002_tags.cql" is not applied, although "0003_more.cql" after it is there: ' +
      "deploy the release whose migrations the cluster has, or restore its history";
    expect(await made.refusal()).toBe(gap);
    await made.write({ "0003_more.cql": null });
    expect(await made.refusal()).toBe(gap);
  });

  it("takes a file as the same whatever its line ends", async () => {
    await using made = await cluster.create(TWO);
    await made.migrate();
    const [before] = await made.history();
    await made.write({ "0001_notes.cql": NOTES.replaceAll("\n", "\r\n") });
    expect(await made.migrate()).toEqual([`Keyspace "${made.config.keyspace}" is up to date`]);
    expect((await made.history())[0]).toEqual(before);
  });

  it("keeps what came before a statement that fails, and continues from there once it is fixed", async () => {
    const table = (name: string) => `CREATE TABLE ${name} (id text PRIMARY KEY);`;
    await using made = await cluster.create({
      "0001_many.cql": [table("a"), "CREATE TABLE b (id text\n  KEY);", table("c")].join(
        "\n",
      ),
      "0002_next.cql": table("d"),
    });
    expect(await made.refusal()).toBe(
      'Cannot apply statement 2 of 3 of "cql/migrations/0001_many.cql": ' +
        "line 2:2 no viable alternative at input 'KEY' (CREATE TABLE b (id [text]  KEY...)\n" +
        "  | CREATE TABLE b (id text\n  |   KEY)\n" +
        '  The statement before it stays applied. Fix this statement and run "deno task migrate" again, which continues from here',
    );
    expect(await made.tables()).toEqual(["a"]);
    expect(await made.history()).toMatchObject([{ version: 1, applied: 1, checksum: null }]);

    // What is applied cannot be changed any more, not even while the rest is pending.
    const fixed = [table("a"), table("b"), table("c")].join("\n");
    await made.write({ "0001_many.cql": fixed.replace("a (", "z (") });
    for (const command of ["apply", "plan"] as const) {
      expect(await made.refusal({ command })).toBe(
        'Cannot resume "cql/migrations/0001_many.cql": its first statement was applied and has changed since: restore it',
      );
    }
    expect(await made.migrate({ command: "status" })).toEqual([
      "0001_many  applied in part: 1 of 3 statements, which have changed since: restore them",
      "0002_next  pending",
    ]);

    await made.write({ "0001_many.cql": fixed });
    expect(await made.migrate({ command: "plan" })).toEqual([
      'Would apply "cql/migrations/0001_many.cql" (2 of 3 statements, from statement 2)',
      'Would apply "cql/migrations/0002_next.cql" (1 statement)',
    ]);
    expect(await made.migrate()).toHaveLength(2);
    expect(await made.tables()).toEqual(["a", "b", "c", "d"]);
    expect(await made.history()).toMatchObject([
      { version: 1, applied: 3, checksum: expect.any(String) },
      { version: 2, applied: 1, checksum: expect.any(String) },
    ]);
  });

  it("records the name of the file that it applies, and not that of one that failed before", async () => {
    await using made = await cluster.create({ "0001_draft.cql": "ALTER TABLE none ADD a int;" });
    expect(await made.refusal()).toContain("Cannot apply statement 1 of 1");
    expect(await made.history()).toMatchObject([{ name: "draft", checksum: null }]);
    await made.write({ "0001_draft.cql": null, "0001_notes.cql": NOTES });
    await made.migrate();
    expect(await made.history()).toMatchObject([{ name: "notes", checksum: expect.any(String) }]);
    await made.write({ "0001_notes.cql": NOTES.replace("body", "text") });
    expect(await made.refusal()).toContain('0001_notes.cql" was changed after it was applied');
  });

  it("applies what links lead to, as a mounted ConfigMap has it", async () => {
    await using made = await cluster.create({});
    const folder = `${made.folder}/migrations`;
    await Deno.mkdir(`${folder}/..2026_11_25`);
    await Deno.symlink("..2026_11_25", `${folder}/..data`);
    for (const [name, text] of Object.entries(TWO)) {
      await Deno.writeTextFile(`${folder}/..2026_11_25/${name}`, text);
      await Deno.symlink(`..data/${name}`, `${folder}/${name}`);
    }
    expect(await made.migrate()).toHaveLength(2);
    expect(await made.tables()).toEqual(["notes", "tags"]);
  });

  it("applies nothing of a project with a file that it cannot read as it is", async () => {
    await using made = await cluster.create(TWO);
    const latin1 = Uint8Array.from(
      "INSERT INTO notes (id) VALUES ('é');",
      (character) => character.charCodeAt(0),
    );
    await Deno.writeFile(`${made.folder}/migrations/0003_words.cql`, latin1);
    expect(await made.refusal()).toBe(
      'cql/migrations/0003_words.cql:1:1: Cannot decode "cql/migrations/0003_words.cql": not UTF-8\n' +
        "  1 | \n    | ^\n  help: Save the file as UTF-8 text\n\n1 mistake in 1 file",
    );
    expect(await made.tables()).toEqual([]);
  });

  it("warns of files that it leaves out", async () => {
    await using made = await cluster.create({ ...TWO, "0003_x.sql": "", "0004_x.cql.bak": "" });
    expect((await made.migrate()).slice(0, 2)).toEqual(
      ["0003_x.sql", "0004_x.cql.bak"].map((name) =>
        `Warning: "cql/migrations/${name}" is not read: its name does not end in ".cql"`
      ),
    );
  });

  it("makes only its own tables if there are no migrations", async () => {
    await using made = await cluster.create({});
    await Deno.remove(`${made.folder}/migrations`);
    expect(await made.migrate()).toEqual([
      "No migrations: the schema is taken as the cluster has it",
      `Keyspace "${made.config.keyspace}" is up to date`,
    ]);
    expect(await made.tables()).toEqual([]);
    expect(await made.history()).toEqual([]);
  });

  it("refuses USE and our own tables before anything is applied", async () => {
    await using other = await cluster.create({ "0001_other.cql": NOTES });
    await other.migrate();
    const history = await other.history();
    await using made = await cluster.create({
      "0001_notes.cql": NOTES,
      "0002_use.cql": `USE ${other.config.keyspace};\nCREATE TABLE tags (id text PRIMARY KEY);`,
      "0003_history.cql": `TRUNCATE ${other.config.keyspace}.cqlgate_migrations;`,
    });
    const refusal = await made.refusal();
    expect(refusal).toContain("cql/migrations/0002_use.cql:1:1: Cannot change the keyspace");
    expect(refusal).toContain('0003_history.cql:1:48: Cannot use "cqlgate_migrations"');
    expect(await made.tables()).toEqual([]);
    expect(await other.history()).toEqual(history);
    expect(await other.tables()).toEqual(["notes"]);
  });

  it("keeps its record in its own keyspace, whatever that of the session is", async () => {
    await using other = await cluster.create({});
    await other.migrate();
    await using made = await cluster.create({ "0001_notes.cql": NOTES });
    await made.migrate({ command: "plan" });
    const { keyspace } = made.config;
    await made.rows(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    const session = new Session({ ...other.config, observe: () => {} });
    await session.openOnce();
    try {
      const migrations = await readMigrations(made.folder, { keyspace }) ?? [];
      await applyMigrations(session, migrations, { keyspace, log: () => {} });
    } finally {
      await session.close();
    }
    expect(await made.history()).toMatchObject([{ version: 1, name: "notes" }]);
    expect(await other.history()).toEqual([]);
  });

  it("writes rows at the level of the service, and at a quorum of the data centre at least", async () => {
    await using made = await cluster.create({});
    const { keyspace } = made.config;
    const wide = `${keyspace}_wide`;
    // Two replicas, of which one is there: what is refused names its level.
    await made.rows(
      `CREATE KEYSPACE ${wide} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}`,
    );
    try {
      await made.rows(`CREATE TABLE ${wide}.notes (id text PRIMARY KEY)`);
      await made.write({ "0001_seed.cql": `INSERT INTO ${wide}.notes (id) VALUES ('a');` });
      const levels = [
        ["LOCAL_ONE", "LOCAL_QUORUM"],
        ["LOCAL_QUORUM", "LOCAL_QUORUM"],
        ["QUORUM", "QUORUM"],
        ["ALL", "ALL"],
      ] as const;
      for (const [consistency, level] of levels) {
        await expect(migrate({ ...made.config, consistency }, { log: () => {} })).rejects.toThrow(
          `at consistency ${level} (2 required but only 1 alive)`,
        );
      }
    } finally {
      await made.rows(`DROP KEYSPACE ${wide}`);
    }
  });

  it("names the data centres that the cluster has where it is notified of others", async () => {
    await using made = await cluster.create(TWO);
    expect(await made.refusal({ replication: { DC1: 1, eu: 3 } })).toBe(
      `Cannot create keyspace "${made.config.keyspace}": CASSANDRA_REPLICATION names data centres that the cluster does not have
  "DC1": did you mean "dc1"?
  "eu"
  The cluster has "dc1"`,
    );
  });

  it("reports what cannot be split at its place", async () => {
    await using made = await cluster.create({ "0001_notes.cql": `${NOTES}\nDROP TABLE 'notes;\n` });
    expect(await made.refusal()).toMatch(
      /^cql\/migrations\/0001_notes\.cql:4:12: .*\n {2}4 \| DROP TABLE 'notes;/,
    );
  });
});
