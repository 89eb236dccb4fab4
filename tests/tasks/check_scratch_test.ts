/**
 * `deno task check --scratch`: migrations that were never applied, and queries of the tables that they
 * make. Nothing of it may stay in the cluster, nor touch the keyspace that it is all for.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { taskArguments } from "../../dev/task_arguments.ts";
import { check } from "../../tasks/check.ts";
import {
  type MigrationProject,
  openProjectCluster,
  type ProjectCluster,
} from "../support/cassandra/migration_project.ts";
import { eventually } from "../support/eventually.ts";
import { runTask } from "../support/programs.ts";

describe("deno task check --scratch", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  /** A table that no other test has, so that its keyspace can be told from those of other runs. */
  function uniqueTable(): string {
    return `t_${crypto.randomUUID().replaceAll("-", "")}`;
  }

  function queriesOf(table: string, column = "body"): string {
    return `-- name: get_it :one
-- One.
-- @route GET /it/{id}
-- @public
SELECT id,
       ${column} FROM ${table} WHERE id = :id;
`;
  }

  async function keyspacesWith(table: string): Promise<string[]> {
    const { rows } = await cluster.client.execute(
      "SELECT keyspace_name, table_name FROM system_schema.tables",
    );
    return rows.filter((row) => row.table_name === table)
      .map(({ keyspace_name }) => String(keyspace_name));
  }

  async function checked(
    made: MigrationProject,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ said: string; warnings: string[] }> {
    const warnings: string[] = [];
    const shown = (text: string) => text.replaceAll(made.folder, "cql");
    const said = await check({ ...made.env, ...env }, {
      scratch: true,
      warn: (message) => warnings.push(shown(message)),
    }).catch((error: Error) => error.message);
    return { said: shown(said), warnings };
  }

  it("prepares queries on pending migrations, and leaves nothing", async () => {
    const table = uniqueTable();
    await using made = await cluster.create({
      "0001_it.cql": `CREATE TABLE ${table} (id int PRIMARY KEY);`,
      "0002_it.cql": `ALTER TABLE ${table} ADD body text;`,
    }, { queries: queriesOf(table) });
    const { contactPoints } = made.config;
    expect(await checked(made)).toEqual({
      said:
        'Checked 1 query and 2 migrations of "cql" by their text, and prepared every query on ' +
        `${contactPoints[0]}, in a scratch keyspace`,
      warnings: [],
    });
    expect(await keyspacesWith(table)).toEqual([]);
    expect(await made.tables()).toEqual([]);
  });

  it("works in a single replica, whatever consistency the settings ask for", async () => {
    const table = uniqueTable();
    await using made = await cluster.create({
      "0001_it.cql": `CREATE TABLE ${table} (id int PRIMARY KEY, body text);
INSERT INTO ${table} (id) VALUES (1);`,
    }, { queries: queriesOf(table) });
    const env = { CASSANDRA_CONSISTENCY: "THREE", CASSANDRA_REPLICATION: "nowhere:3" };
    expect((await checked(made, env)).said).toMatch(/^Checked/);
    expect(await keyspacesWith(table)).toEqual([]);
  });

  it("reports what does not fit at its place, and leaves nothing", async () => {
    const table = uniqueTable();
    await using made = await cluster.create({
      "0001_it.cql": `CREATE TABLE ${table} (id int PRIMARY KEY, body text);`,
    }, { queries: queriesOf(table, "bodi") });
    expect((await checked(made)).said).toBe(
      `cql/queries/notes.cql:6:8: Cassandra refuses the statement: Undefined column name bodi in table ${made.config.keyspace}.${table}
  6 |        bodi FROM ${table} WHERE id = :id;
    |        ^^^^
  help: Did you mean "body"? The columns of "${table}" are id, body

1 mistake in 1 file`,
    );
    expect(await keyspacesWith(table)).toEqual([]);
  });

  it("reports a migration that is refused, and leaves nothing", async () => {
    const table = uniqueTable();
    await using made = await cluster.create({
      "0001_it.cql": `CREATE TABLE ${table} (id int PRIMARY KEY);
ALTER TABLE ${table}
  DROP nothing;
ALTER TABLE ${table} ADD body text;`,
    }, { queries: queriesOf(table) });
    const help =
      "Fix the statement; if it is applied already, correct it with a new migration\n\n1 mistake in 1 file";
    expect((await checked(made)).said).toBe(
      `cql/migrations/0001_it.cql:2:1: Cassandra refuses the statement: Column nothing was not found in table '${made.config.keyspace}.${table}'
  2 | ALTER TABLE ${table}
    | ${"^".repeat(`ALTER TABLE ${table}`.length)}
  help: ${help}`,
    );
    await made.write({ "0001_it.cql": `CREATE TABLE ${table} (\n  id int KEY);` });
    expect((await checked(made)).said).toContain(
      `cql/migrations/0001_it.cql:2:10: Cassandra cannot parse the statement: `,
    );
    expect(await keyspacesWith(table)).toEqual([]);
  });

  const FAILING: Readonly<Record<string, readonly [(table: string) => string, string]>> = {
    "a table that is already there": [
      (table) => `CREATE TABLE ${table} (id int PRIMARY KEY);`,
      "already existing table",
    ],
    "an operator that fails": [
      (table) => `INSERT INTO ${table} (id) VALUES (1 / 0);`,
      "the operation 'int / int' failed",
    ],
  };
  for (const [what, [statementOn, why]] of Object.entries(FAILING)) {
    it(`reports ${what} at the place of its migration`, async () => {
      const table = uniqueTable();
      await using made = await cluster.create({
        "0001_it.cql": `CREATE TABLE ${table} (id int PRIMARY KEY, body text);`,
        "0002_again.cql": `-- Again.\n${statementOn(table)}`,
      }, { queries: queriesOf(table) });
      const { said } = await checked(made);
      expect(said).toMatch(
        /^cql\/migrations\/0002_again\.cql:2:1: Cassandra refuses the statement: /,
      );
      expect(said).toContain(why);
      expect(said).toContain("help: Fix the statement");
      expect(said).not.toContain("cqlgate_scratch");
      expect(await keyspacesWith(table)).toEqual([]);
    });
  }

  it("means the scratch keyspace where migrations and queries name their own", async () => {
    const table = uniqueTable();
    const keyspace = `test_${table}`;
    await using made = await cluster.create({
      "0001_it.cql": `CREATE TYPE ${keyspace}.thing (a int);
CREATE TABLE ${keyspace}.${table} (id int PRIMARY KEY, body text, thing frozen<${keyspace}.thing>);
CREATE INDEX ON ${keyspace}.${table} (body);
INSERT INTO "${keyspace}".${table} (id) VALUES (1);
INSERT INTO ${keyspace}.${table} (id, thing) VALUES (2, (frozen<${keyspace}.thing>) {a: 1});`,
    }, { keyspace, queries: queriesOf(`${keyspace}.${table}`) });
    await cluster.client.execute(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    expect(await checked(made)).toMatchObject({
      said: expect.stringMatching(/^Checked 1 query and 1 migration/),
      warnings: [],
    });
    expect(await keyspacesWith(table)).toEqual([]);
    const wrong = queriesOf(`${keyspace}.${table}`, "bodi");
    await Deno.writeTextFile(`${made.folder}/queries/notes.cql`, wrong);
    const { said } = await checked(made);
    expect(said).toContain(`\n  6 |        bodi FROM ${keyspace}.${table} WHERE id = :id;\n`);
    expect(said).toContain('help: Did you mean "body"?');
  });

  it("leaves out what reaches beyond the keyspace, and says so", async () => {
    const table = uniqueTable();
    await using other = await cluster.create({ "0001_it.cql": "CREATE TABLE other (id int KEY);" });
    const keyspace = other.config.keyspace;
    await cluster.client.execute(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await using made = await cluster.create({
      "0001_it.cql": `CREATE TABLE ${table} (id int PRIMARY KEY, body text);
CREATE TABLE ${keyspace}.other (id int PRIMARY KEY);
DROP KEYSPACE ${keyspace};
CREATE ROLE somebody;
GRANT SELECT ON ${table} TO somebody;
FROBNICATE ${table};
BEGIN BATCH INSERT INTO ${keyspace}.other (id) VALUES (1); APPLY BATCH;`,
    }, { queries: queriesOf(table) });
    const { said, warnings } = await checked(made);
    expect(said).toMatch(/^Checked/);
    expect(warnings).toEqual([
      [2, "it is about another keyspace"],
      [3, "it is about another keyspace"],
      [4, "roles belong to the whole cluster"],
      [5, "permissions belong to the whole cluster"],
      [6, "what it does is not known"],
      [7, "it is about another keyspace"],
    ].map(([line, why]) => `cql/migrations/0001_it.cql:${line} is left out: ${why}`));
    expect(await other.tables()).toEqual([]);
  });

  it("warns of keyspaces that a killed check left behind", async () => {
    const table = uniqueTable();
    await using made = await cluster.create({
      "0001_it.cql": `CREATE TABLE ${table} (id int PRIMARY KEY, body text);`,
    }, { queries: queriesOf(table) });
    const id = crypto.randomUUID().slice(0, 8);
    const [old, young] = ["20200101t000000", "29990101t000000"].map((time) =>
      `cqlgate_scratch_${time}_${id}`
    );
    for (const name of [old, young]) {
      await cluster.client.execute(
        `CREATE KEYSPACE ${name} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
      );
    }
    const { warnings } = await checked(made);
    for (const name of [old, young]) await cluster.client.execute(`DROP KEYSPACE ${name}`);
    expect(warnings.filter((warning) => warning.includes(id))).toEqual([
      `Keyspace "${old}" was left behind by a check that was killed: drop it`,
    ]);
  });

  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    it(`drops the keyspace on ${signal}`, async () => {
      const table = uniqueTable();
      const columns = Array.from(
        { length: 300 },
        (_, index) => `ALTER TABLE ${table} ADD c${index} int;\n`,
      );
      await using made = await cluster.create({
        "0001_it.cql": `CREATE TABLE ${table} (id int PRIMARY KEY, body text);\n${
          columns.join("")
        }`,
      }, { queries: queriesOf(table) });
      const child = new Deno.Command(Deno.execPath(), {
        args: [...taskArguments("check", made.env), "--scratch"],
        env: made.env,
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const said = new Response(child.stderr).text();
      await eventually(
        "it has made its table",
        async () => (await keyspacesWith(table)).length > 0,
      );
      child.kill(signal);
      expect((await child.status).code).toBe(code);
      expect(await said).toBe("");
      expect(await keyspacesWith(table)).toEqual([]);
    });
  }

  it("says what it needs", async () => {
    await using made = await cluster.create({}, { queries: "" });
    await Deno.remove(`${made.folder}/migrations`);
    expect((await checked(made)).said).toBe(
      "Cannot check in a scratch keyspace: there are no migrations to make it with",
    );
    expect((await checked(made, { CASSANDRA_CONTACT_POINTS: "" })).said).toBe(
      "Cannot check in a scratch keyspace: set CASSANDRA_CONTACT_POINTS",
    );
    const { code, stderr } = await runTask("check", { env: made.env, args: ["--scrach"] });
    expect([code, stderr]).toEqual([
      1,
      'Cannot check: unknown argument "--scrach": did you mean "--scratch"?\n',
    ]);
  });
});
