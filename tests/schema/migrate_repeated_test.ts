/**
 * `migrate` that is killed at a statement of which the schema tables do not tell, and which may be sent again:
 * Cassandra then says whether it is applied.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import {
  type MigrationProject,
  openProjectCluster,
  type ProjectCluster,
} from "../support/cassandra/migration_project.ts";
import { LAST_WORDS, migrateUntil } from "./killed_migrate.ts";

const TABLE = "CREATE TABLE notes (id text PRIMARY KEY, body text, tags set<text>);\n";
const functionOf = (type: string) =>
  `CREATE FUNCTION same (x ${type}) CALLED ON NULL INPUT RETURNS ${type} LANGUAGE java AS 'return x;'`;
const STATE =
  "CREATE FUNCTION last (a int, b int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return b;';\n";

/** The statement, what comes before it, and what to look for in which table. */
const STATEMENTS = [
  ["CREATE INDEX ON notes (body)", TABLE, "indexes"],
  ["CREATE CUSTOM INDEX ON notes (tags) USING 'sai'", TABLE, "indexes"],
  [functionOf("text"), `${functionOf("int")};\n`, "functions"],
  ["CREATE AGGREGATE latest (int) SFUNC last STYPE int", STATE, "aggregates"],
  ["DROP FUNCTION same(int)", `${functionOf("int")};\n${functionOf("text")};\n`, "functions"],
  ["DROP FUNCTION last", STATE, "functions"],
] as const;

/** How many statements a migration has before it. */
const countOf = (text: string) => text.split(";\n").length - 1;

describe("migrate()", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  /** Kills it at the statement that follows `before`, which is or is not sent. */
  async function stopAt(
    made: MigrationProject,
    { cql, before, isSent }: {
      readonly cql: string;
      readonly before: string;
      readonly isSent: boolean;
    },
  ): Promise<void> {
    for (let count = countOf(before); count > 0; count--) {
      await migrateUntil(made, LAST_WORDS.record);
    }
    expect(await migrateUntil(made, isSent ? cql : LAST_WORDS.intent)).toBe(true);
    expect(await made.history()).toMatchObject([{ attempted: countOf(before) + 1 }]);
  }

  for (const [cql, before, table] of STATEMENTS) {
    for (const isSent of [true, false]) {
      const when = isSent ? "after it has sent" : "before it sends";
      it(`needs nobody if it is killed ${when} ${cql.split(" CALLED")[0]}`, async () => {
        await using made = await cluster.create({ "0001_a.cql": `${before}${cql};` });
        const count = async () =>
          (await made.rows(
            `SELECT * FROM system_schema.${table} WHERE keyspace_name = '${made.config.keyspace}'`,
          )).length;
        await stopAt(made, { cql, before, isSent });
        await made.migrate();
        const earlier = before.split(`CREATE ${table.slice(0, -1).toUpperCase()} `).length - 1;
        expect(await count()).toBe(earlier + (cql.startsWith("CREATE") ? 1 : -1));
        expect(await made.migrate({ command: "status" })).toEqual(["0001_a  applied"]);
      });
    }
  }

  for (const isSent of [true, false]) {
    const when = isSent ? "after it has sent" : "before it sends";
    it(`needs nobody if it is killed ${when} INSERT … IF NOT EXISTS`, async () => {
      const cql = "INSERT INTO notes (id, body) VALUES ('a', 'seed') IF NOT EXISTS";
      await using made = await cluster.create({ "0001_a.cql": `${TABLE}${cql};` });
      await stopAt(made, { cql, before: TABLE, isSent });
      const { keyspace } = made.config;
      await made.rows(`UPDATE ${keyspace}.notes SET body = 'changed' WHERE id = 'a' IF EXISTS`);
      await made.migrate();
      expect(await made.rows(`SELECT body FROM ${keyspace}.notes`)).toEqual([
        { body: isSent ? "changed" : "seed" },
      ]);
    });
  }

  for (
    const cql of [
      "UPDATE notes SET body = 'b' WHERE id = 'a' IF EXISTS",
      "INSERT INTO notes (id) VALUES (toJson(uuid())) IF NOT EXISTS",
    ]
  ) {
    it(`still asks a person about ${cql}`, async () => {
      await using made = await cluster.create({ "0001_a.cql": `${TABLE}${cql};` });
      await stopAt(made, { cql, before: TABLE, isSent: true });
      expect(await made.refusal()).toContain("the schema does not say whether it was applied");
    });
  }

  it("says what is wrong with a statement that it has sent again", async () => {
    await using made = await cluster.create({
      "0001_a.cql": `${TABLE}CREATE INDEX ON notes (nothing);`,
    });
    await stopAt(made, { cql: "CREATE INDEX", before: TABLE, isSent: false });
    expect(await made.refusal()).toContain("Cannot apply statement 2 of 2");
  });

  it("says where the condition of a lightweight transaction did not hold", async () => {
    await using made = await cluster.create({
      "0001_a.cql": `${TABLE}INSERT INTO notes (id, body) VALUES ('a', 'seed') IF NOT EXISTS;
UPDATE notes SET body = 'b' WHERE id = 'a' IF body = 'other';
UPDATE notes SET body = 'c' WHERE id = 'a' IF body = 'seed';`,
    });
    const said = await made.migrate();
    expect(said).toEqual([
      'Statement 3 of "cql/migrations/0001_a.cql" has changed nothing: its condition did not hold',
      expect.stringMatching(/^Applied "/),
    ]);
    const { keyspace } = made.config;
    expect(await made.rows(`SELECT body FROM ${keyspace}.notes`)).toEqual([{ body: "c" }]);
  });
});
