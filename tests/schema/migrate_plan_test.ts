/**
 * `migrate --plan`: what it says, and that it changes nothing.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { openProjectCluster, type ProjectCluster } from "../support/cassandra/migration_project.ts";

const TWO = {
  "0001_notes.cql": "CREATE TABLE notes (id text PRIMARY KEY, body text);",
  "0002_tags.cql": "CREATE TABLE tags (id text PRIMARY KEY);\nALTER TABLE notes ADD tag text;",
};

describe("migrate --plan", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  it("only says what is pending, even where the keyspace is missing", async () => {
    await using made = await cluster.create(TWO);
    const plan = [
      'Would apply "cql/migrations/0001_notes.cql" (1 statement)',
      'Would apply "cql/migrations/0002_tags.cql" (2 statements)',
    ];
    expect(await made.migrate({ command: "plan" })).toEqual(plan);
    expect(await made.tables()).toEqual([]);
    await made.write({ "0002_tags.cql": null });
    await made.migrate();
    await made.write(TWO);
    expect(await made.migrate({ command: "plan" })).toEqual([plan[1]]);
    expect(await made.tables()).toEqual(["notes"]);
    await made.migrate();
    expect(await made.migrate({ command: "plan" })).toEqual([
      `Nothing to apply to keyspace "${made.config.keyspace}"`,
    ]);
  });

  it("counts only the statements that are left, and takes a finished file as one to record", async () => {
    await using made = await cluster.create(TWO);
    await made.migrate();
    const record = `${made.config.keyspace}.cqlgate_migrations`;
    const where = "WHERE history = 'schema' AND version = 2";
    await made.rows(`UPDATE ${record} SET checksum = null ${where}`);
    expect(await made.migrate({ command: "plan" })).toEqual([
      'Would record "cql/migrations/0002_tags.cql" as applied: all of its statements are',
    ]);
    await made.migrate();
    expect(await made.migrate({ command: "status" })).toEqual([
      "0001_notes  applied",
      "0002_tags  applied",
    ]);
  });
});
