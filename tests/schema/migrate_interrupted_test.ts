/**
 * `migrate` that is stopped anywhere, and what the next one makes of it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Session } from "../../db/driver/session.ts";
import { Interruption } from "../../db/migrate/lease/interruption.ts";
import { applyMigrations } from "../../db/migrate/migrate.ts";
import { readMigrations } from "../../db/migrate/files/migrations.ts";
import { OWN_TABLES } from "../../db/schema/own_tables.ts";
import { taskArguments } from "../../dev/task_arguments.ts";
import { promptly } from "../support/eventually.ts";
import { environment } from "../support/programs.ts";
import { LAST_WORDS, migrateUntil } from "./killed_migrate.ts";
import {
  type MigrationProject,
  openProjectCluster,
  type ProjectCluster,
} from "../support/cassandra/migration_project.ts";

/** A statement of each kind that the schema tables can tell of, and rows. */
const EVERY_KIND = {
  "0001_notes.cql": `CREATE TYPE place (name text);
    CREATE TABLE notes (id text PRIMARY KEY, body text, old text);
    CREATE INDEX notes_by_body ON notes (body);
    ALTER TABLE notes ADD (tag text, at frozen<place>);
    ALTER TABLE notes RENAME id TO note;`,
  "0002_more.cql": `ALTER TYPE place ADD lat double;
    INSERT INTO notes (note, body) VALUES ('a', 'b');
    ALTER TABLE notes DROP old;
    DROP INDEX notes_by_body;`,
};

/** What `EVERY_KIND` leaves behind. */
const RESULT = {
  columns: ["at", "body", "note", "tag"],
  fields: ["name", "lat"],
  indexes: [],
  rows: [{ note: "a", body: "b" }],
  history: [{ version: 1, applied: 5, whole: true }, { version: 2, applied: 4, whole: true }],
};

async function resultOf(made: MigrationProject): Promise<unknown> {
  const { keyspace } = made.config;
  const where = `WHERE keyspace_name = '${keyspace}'`;
  const [columns, [type], indexes, rows, history] = await Promise.all([
    made.rows(`SELECT column_name FROM system_schema.columns ${where} AND table_name = 'notes'`),
    made.rows(`SELECT field_names FROM system_schema.types ${where} AND type_name = 'place'`),
    made.rows(`SELECT index_name FROM system_schema.indexes ${where}`),
    made.rows(`SELECT note, body FROM ${keyspace}.notes`),
    made.history(),
  ]);
  return {
    columns: columns.map(({ column_name }) => column_name).sort(),
    fields: type?.field_names,
    indexes,
    rows,
    history: history.map(({ version, applied, checksum }) => ({
      version,
      applied,
      whole: checksum !== null,
    })),
  };
}

/** A session whose connection breaks right after it has sent a statement with certain words. */
class BrokenSession extends Session {
  lastWords = "";

  override async run(...args: Parameters<Session["run"]>): ReturnType<Session["run"]> {
    const answer = await super.run(...args);
    if (!args[0].includes(this.lastWords)) return answer;
    throw Object.assign(new Error("Socket was closed"), { isSocketError: true });
  }
}

/** What it says to those whose connection breaks at a statement with certain words. */
async function refusalWhenBroken(made: MigrationProject, lastWords: string): Promise<string> {
  const { config, folder } = made;
  const { keyspace } = config;
  const session = new BrokenSession({ ...config, observe: () => {} });
  session.lastWords = lastWords;
  await session.openOnce();
  try {
    const migrations = await readMigrations(folder, { keyspace }) ?? [];
    const applying = applyMigrations(session, migrations, { keyspace, log: () => {} });
    const error = await applying.then(() => null, (reason: Error) => reason);
    return error?.message.replaceAll(folder, "cql") ?? "none";
  } finally {
    await session.close();
  }
}

describe("migrate()", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  it("comes to the same end if it is killed after every single step", async () => {
    await using made = await cluster.create(EVERY_KIND);
    const migrations = await readMigrations(made.folder, made.config) ?? [];
    const kill = async (lastWords: string) =>
      expect([lastWords, await migrateUntil(made, lastWords)]).toEqual([lastWords, true]);
    for (const table of OWN_TABLES) await kill(table);
    await kill(LAST_WORDS.lease);
    for (const { statements } of migrations) {
      await kill(LAST_WORDS.start);
      for (const { cql } of statements) {
        await kill(LAST_WORDS.intent);
        await kill(cql);
        await kill(LAST_WORDS.record);
      }
      await kill(LAST_WORDS.finish);
    }
    expect(await resultOf(made)).toEqual(RESULT);
    expect(await made.migrate()).toEqual([`Keyspace "${made.config.keyspace}" is up to date`]);
  });

  it("does not say that a statement is not applied if its connection breaks", async () => {
    await using made = await cluster.create({
      "0001_notes.cql":
        "CREATE TABLE notes (id text PRIMARY KEY);\nALTER TABLE notes ADD body text;",
    });
    await migrateUntil(made, LAST_WORDS.lease);
    const saysOf = (number: number, cql: string, before = "") =>
      `Cannot say whether statement ${number} of 2 of "cql/migrations/0001_notes.cql" is applied: ` +
      `Socket was closed\n  | ${cql}\n  ${before}Leave this statement as it is, and run ` +
      '"deno task migrate" again, which looks whether it is applied and continues from there.\n' +
      `  To change it, look, then run "deno task migrate --resolve 0001:${number} applied" ` +
      `if it was applied, or "--resolve 0001:${number} again" if not`;
    expect(await refusalWhenBroken(made, "CREATE TABLE notes")).toBe(
      saysOf(1, "CREATE TABLE notes (id text PRIMARY KEY)"),
    );
    expect(await refusalWhenBroken(made, "ALTER TABLE notes")).toBe(
      saysOf(
        2,
        "ALTER TABLE notes ADD body text",
        "The statement before it stays applied. ",
      ),
    );
    expect(await made.migrate()).toEqual([
      expect.stringContaining('Statement 2 of "cql/migrations/0001_notes.cql" is applied already'),
      expect.stringMatching(/^Applied "/),
    ]);
  });

  it("says that a statement whose function fails is to be fixed", async () => {
    await using made = await cluster.create({
      "0001_notes.cql": "CREATE TABLE notes (id int PRIMARY KEY, body text);\n" +
        "INSERT INTO notes (id) VALUES (1 / 0);",
    });
    expect(await made.refusal()).toContain(
      "The statement before it stays applied. Fix this statement and run",
    );
    await made.write({
      "0001_notes.cql": "CREATE TABLE notes (id int PRIMARY KEY, body text);\n" +
        "INSERT INTO notes (id) VALUES (1 / 1);",
    });
    await made.migrate();
    expect(await made.rows(`SELECT id FROM ${made.config.keyspace}.notes`)).toEqual([{ id: 1 }]);
  });

  it("leaves what is there before its first attempt to the server", async () => {
    await using made = await cluster.create({
      "0001_notes.cql": "CREATE TABLE notes (id int PRIMARY KEY);",
    });
    await migrateUntil(made, LAST_WORDS.start);
    await made.rows(`CREATE TABLE ${made.config.keyspace}.notes (id text PRIMARY KEY)`);
    const refusal = "Cannot apply statement 1 of 1 of";
    expect(await made.refusal()).toContain(refusal);
    // Not even a second time is it taken for its own.
    expect(await made.refusal()).toContain(refusal);
    expect(await made.history()).toMatchObject([{ applied: null, attempted: 0 }]);
  });

  it("stops between two statements on a signal, and keeps nobody waiting", async () => {
    await using made = await cluster.create(EVERY_KIND);
    let ends = 0;
    const interruption = new Interruption(() => ends++);
    const hear = (line: string) => line.startsWith("Applied ") && interruption.request();
    expect(await made.refusal({ interruption, hear })).toBe(
      'Stopped by a signal before statement 1 of 4 of "cql/migrations/0002_more.cql": what came before it ' +
        'is applied, and the next "deno task migrate" continues from here',
    );
    expect(ends).toBe(0);
    expect(await made.migrate({ command: "status" })).toEqual([
      "0001_notes  applied",
      "0002_more  applied in part: 0 of 4 statements",
    ]);
    // Neither a lease nor a statement in doubt is left.
    expect(await made.migrate()).toEqual([expect.stringMatching(/^Applied ".*0002_more/)]);
    expect(await resultOf(made)).toEqual(RESULT);
  });

  for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
    it(`ends at once on ${signal} while it waits for another process`, async () => {
      await using made = await cluster.create(EVERY_KIND);
      await migrateUntil(made, LAST_WORDS.start);
      await made.rows(
        `INSERT INTO ${made.config.keyspace}.cqlgate_leases (name, holder, since)
           VALUES ('migrations', 'somebody else', '2026-01-01') IF NOT EXISTS`,
      );
      const child = new Deno.Command(Deno.execPath(), {
        args: taskArguments("migrate", made.env),
        env: environment(made.env),
        clearEnv: true,
        stdout: "piped",
      }).spawn();
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      let said = "";
      while (!said.includes("somebody else")) {
        const { value, done } = await promptly("it waits for the lease", reader.read());
        if (done) break;
        said += value;
      }
      expect(said).toContain('Waiting: another "migrate" has been at work since');
      child.kill(signal);
      await reader.cancel();
      expect((await promptly("it ends", child.status)).code).toBe(code);
    });
  }

  describe("of a statement that only a person can tell of", () => {
    const COUNTER = {
      "0001_hits.cql": "CREATE TABLE hits (id text PRIMARY KEY, n counter);\n" +
        "UPDATE hits SET n = n + 1 WHERE id = 'a';\n" +
        "UPDATE hits SET n = n + 10 WHERE id = 'a';",
    };
    const hits = async (made: MigrationProject) => {
      const [row] = await made.rows(`SELECT n FROM ${made.config.keyspace}.hits`);
      return Number(row?.n ?? 0);
    };

    /** Stops as the first update was about to be sent, and is or is not. */
    async function stopAtUpdate(made: MigrationProject, isSent: boolean): Promise<void> {
      await migrateUntil(made, LAST_WORDS.record);
      await migrateUntil(made, isSent ? "n + 1 " : LAST_WORDS.intent);
      expect(await hits(made)).toBe(isSent ? 1 : 0);
    }

    const DOUBT =
      'Cannot resume "cql/migrations/0001_hits.cql": a "migrate" stopped at its statement 2, and the ' +
      "schema does not say whether it was applied\n" +
      "  | UPDATE hits SET n = n + 1 WHERE id = 'a'\n" +
      '  Look, then run "deno task migrate --resolve 0001:2 applied" if it was applied, ' +
      'or "--resolve 0001:2 again" if not';

    for (const outcome of ["applied", "again"] as const) {
      it(`stops, and goes on once it is resolved as ${outcome}`, async () => {
        await using made = await cluster.create(COUNTER);
        await stopAtUpdate(made, outcome === "applied");
        expect(await made.refusal()).toBe(DOUBT);
        expect(await made.refusal({ command: "plan" })).toBe(DOUBT);
        expect(await made.migrate({ command: "status" })).toEqual([
          "0001_hits  applied in part: 1 of 3 statements; statement 2 was begun",
        ]);
        const resolution = { version: 1, statement: 2, outcome };
        expect(await made.migrate({ command: "resolve", resolution })).toEqual([
          outcome === "applied"
            ? 'Statement 2 of "cql/migrations/0001_hits.cql" is recorded as applied'
            : 'Statement 2 of "cql/migrations/0001_hits.cql" will be applied by the next run',
        ]);
        await made.migrate();
        expect(await hits(made)).toBe(11);
        expect(await made.refusal({ command: "resolve", resolution })).toBe(
          'Cannot resolve "0001:2": nothing is in doubt about it: "deno task migrate status" shows what is',
        );
      });
    }

    it("refuses to go on if the statement has changed since", async () => {
      await using made = await cluster.create(COUNTER);
      await stopAtUpdate(made, false);
      const [file = ""] = Object.values(COUNTER);
      await made.write({ "0001_hits.cql": file.replace("n + 1 ", "n + 2 ") });
      for (const command of ["apply", "plan"] as const) {
        expect(await made.refusal({ command })).toContain(
          "nobody knows whether its statement 2 was applied, and it has changed since: restore it, or",
        );
      }
      expect(await made.migrate({ command: "status" })).toEqual([
        "0001_hits  applied in part: 1 of 3 statements; statement 2 was begun, and has changed since",
      ]);
      const place = { version: 1, statement: 2 };
      const resolving = (outcome: "applied" | "again") =>
        ({ command: "resolve", resolution: { ...place, outcome } }) as const;
      // Nobody has sent the statement that the file has now.
      expect(await made.refusal(resolving("applied"))).toBe(
        'Cannot resolve "0001:2" as applied: statement 2 of "cql/migrations/0001_hits.cql" has changed ' +
          "since it was sent: restore it first",
      );
      await made.migrate(resolving("again"));
      await made.migrate();
      expect(await hits(made)).toBe(12);
    });

    it("takes nobody's word for it while a statement that is applied has changed", async () => {
      await using made = await cluster.create(COUNTER);
      await stopAtUpdate(made, true);
      const [file = ""] = Object.values(COUNTER);
      await made.write({ "0001_hits.cql": file.replace("id text", "id blob") });
      for (const outcome of ["applied", "again"] as const) {
        const resolution = { version: 1, statement: 2, outcome };
        expect(await made.refusal({ command: "resolve", resolution })).toBe(
          'Cannot resolve "0001:2" of "cql/migrations/0001_hits.cql": its first statement was applied and ' +
            "has changed since: restore it",
        );
      }
      expect(await made.history()).toMatchObject([{ applied: 1, attempted: 2, checksum: null }]);
    });

    it("repeats what does no harm twice, without asking", async () => {
      await using made = await cluster.create({
        "0001_words.cql": "CREATE TABLE words (id text PRIMARY KEY, tags set<text>);\n" +
          "UPDATE words SET tags = tags + {'x'} WHERE id = 'a';\n" +
          "ALTER TABLE words WITH comment = 'words';",
      });
      await migrateUntil(made, "UPDATE words");
      await migrateUntil(made, "ALTER TABLE words");
      await made.migrate();
      expect(await made.rows(`SELECT id, tags FROM ${made.config.keyspace}.words`)).toEqual([
        { id: "a", tags: ["x"] },
      ]);
    });
  });
});
