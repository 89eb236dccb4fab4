/**
 * `migrate --plan`: what it says, and that it changes nothing.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { openProjectCluster, type ProjectCluster } from "../support/cassandra/migration_project.ts";
import { LAST_WORDS, migrateUntil } from "./killed_migrate.ts";

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
    expect(await made.migrate({ command: "plan" })).toEqual([
      `Would create keyspace "${made.config.keyspace}"`,
      ...plan,
    ]);
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

  it("stops where the keyspace is missing and cannot be created, as migrate does", async () => {
    await using made = await cluster.create(TWO);
    for (const command of ["plan", "apply"] as const) {
      expect(await made.refusal({ command, replication: null })).toMatch(
        /^Cannot create keyspace /,
      );
    }
  });

  describe("of a file that is applied in part", () => {
    const BUILDS = {
      "0001_notes.cql": "CREATE TABLE notes (id text PRIMARY KEY, body text);\n" +
        "CREATE INDEX notes_by_body ON notes (body);",
    };
    const ONE = {
      "0001_notes.cql": "CREATE TABLE notes (id text PRIMARY KEY);\nALTER TABLE notes ADD a int;",
    };
    interface Case {
      readonly files: Record<string, string>;
      /** Where the `migrate` before was killed. */
      readonly stop: readonly string[];
      readonly status: string;
      readonly plan: string;
    }
    const part = "applied in part: 1 of 2 statements";
    const CASES: Record<string, Case> = {
      "nothing sent": {
        files: ONE,
        stop: [LAST_WORDS.start],
        status: "applied in part: 0 of 2 statements",
        plan: "Would apply {path} (2 statements)",
      },
      "a statement left": {
        files: ONE,
        stop: [LAST_WORDS.record],
        status: part,
        plan: "Would apply {path} (1 of 2 statements, from statement 2)",
      },
      "a statement in doubt that was not sent": {
        files: ONE,
        stop: [LAST_WORDS.record, LAST_WORDS.intent],
        status: `${part}; statement 2 was begun`,
        plan: "Would apply {path} (1 of 2 statements, from statement 2)",
      },
      "a statement in doubt that is applied": {
        files: ONE,
        stop: [LAST_WORDS.record, "ALTER TABLE notes"],
        status: `${part}; statement 2 was begun`,
        plan: "Would finish {path}: all of its statements are applied",
      },
      "nothing left but the record": {
        files: ONE,
        stop: [LAST_WORDS.record, LAST_WORDS.record],
        status: "applied, not finished: the next migrate records it as a whole",
        plan: "Would finish {path}: all of its statements are applied",
      },
      "an index to come": {
        files: BUILDS,
        stop: [LAST_WORDS.record],
        status: part,
        plan: "Would apply {path} (1 of 2 statements, from statement 2), " +
          "and wait until Cassandra has built its indexes and views",
      },
      "nothing left but what is built": {
        files: BUILDS,
        stop: [LAST_WORDS.record, LAST_WORDS.record],
        status: "applied, not finished: Cassandra may still be building its indexes and views",
        plan: "Would finish {path} once Cassandra has built its indexes and views: " +
          "all of its statements are applied",
      },
    };
    for (const [left, { files, stop, status, plan }] of Object.entries(CASES)) {
      it(`says what status says, and what will be done, with ${left}`, async () => {
        await using made = await cluster.create(files);
        for (const lastWords of stop) {
          expect([lastWords, await migrateUntil(made, lastWords)]).toEqual([lastWords, true]);
        }
        expect(await made.migrate({ command: "status" })).toEqual([`0001_notes  ${status}`]);
        expect(await made.migrate({ command: "plan" })).toEqual([
          plan.replace("{path}", '"cql/migrations/0001_notes.cql"'),
        ]);
        expect((await made.migrate()).at(-1)).toMatch(/^Applied ".*0001_notes.cql" in /);
        expect(await made.migrate({ command: "status" })).toEqual(["0001_notes  applied"]);
      });
    }

    it("says in its status what keeps it from being applied: what came after it", async () => {
      await using made = await cluster.create(TWO);
      await made.migrate();
      const record = `${made.config.keyspace}.cqlgate_migrations`;
      const first = "WHERE history = 'schema' AND version = 1";
      const rest = `although "0002_tags.cql" after it is there`;
      for (
        const [change, status] of [
          [`UPDATE ${record} SET checksum = null, applied = 0 ${first}`, "applied in part: 0 of 1"],
          [`DELETE FROM ${record} ${first}`, "pending"],
        ] as const
      ) {
        await made.rows(change);
        const [line = ""] = await made.migrate({ command: "status" });
        expect([line.startsWith(`0001_notes  ${status}`), line]).toEqual([
          true,
          expect.stringContaining(rest),
        ]);
        expect(await made.refusal({ command: "plan" })).toContain(rest);
        expect(await made.refusal()).toContain(rest);
      }
    });
  });
});
