/**
 * Which queries are prepared again after each kind of change, on a real node: every change that a statement may
 * depend on, and near misses.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { parseCatalog } from "../../catalog/catalog.ts";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../../tests/support/cassandra/schema_session.ts";
import type { Query } from "../../catalog/query.ts";
import { eventually } from "../../tests/support/eventually.ts";
import type { Session } from "../driver/session.ts";
import { createTableReader } from "../schema/table.ts";
import { type Preparation, prepareTogether } from "./prepare_queries.ts";
import { findUnchanged } from "./unchanged_queries.ts";

const functionOf = (name: string, times: number) =>
  `CREATE OR REPLACE FUNCTION ${name} (n int) CALLED ON NULL INPUT RETURNS int
     LANGUAGE java AS 'return n * ${times};'`;

const SCHEMA = `
CREATE TYPE inside (x int);
CREATE TYPE outside (i frozen<inside>);
CREATE TABLE one (k text PRIMARY KEY, a int, b int);
CREATE TABLE two (k text PRIMARY KEY, a int);
CREATE TABLE nested (k text PRIMARY KEY, v frozen<list<frozen<outside>>>);
CREATE TABLE other (k text PRIMARY KEY, a int);
${functionOf("times", 2)};
`;

const QUERIES = `
-- name: of_one :one
SELECT a, b FROM one WHERE k = :k;

-- name: write_one :exec
INSERT INTO one (k, a) VALUES (:k, :a);

-- name: of_two :one
SELECT times(a) AS twice FROM two WHERE k = :k;

-- name: of_nested :one
SELECT v FROM nested WHERE k = :k;

-- name: delete_from_one :exec
DELETE FROM one WHERE k = 'constant';

-- name: write_both :exec
BEGIN BATCH
  INSERT INTO one (k, a) VALUES (:k, :a);
  INSERT INTO two (k, a) VALUES (:k, :a);
APPLY BATCH;

-- name: foreign :one
SELECT other_keyspace.times(a) AS twice FROM two WHERE k = :k;
`;

const ALL = [
  "of_one",
  "write_one",
  "of_two",
  "of_nested",
  "delete_from_one",
  "write_both",
  "foreign",
];
const OF_ONE = ["of_one", "write_one", "delete_from_one", "write_both", "foreign"];
/** Calls a function of a keyspace whose changes nobody hears of, so it is prepared each time. */
const NONE = ["foreign"];

const CHANGES: [what: string, cql: readonly string[], expected: readonly string[]][] = [
  ["a new table", ["CREATE TABLE newer (k text PRIMARY KEY)"], NONE],
  ["another table with another column", ["ALTER TABLE other ADD c int"], NONE],
  ["another table that is gone", ["DROP TABLE other"], NONE],
  ["a new column", ["ALTER TABLE one ADD c int"], OF_ONE],
  ["a column that comes back", ["ALTER TABLE one DROP b", "ALTER TABLE one ADD b int"], OF_ONE],
  ["a table made again as it was", [
    "DROP TABLE one",
    "CREATE TABLE one (k text PRIMARY KEY, a int, b int, c int)",
  ], OF_ONE],
  ["a table's option", ["ALTER TABLE one WITH comment = 'changed'"], OF_ONE],
  ["an index", ["CREATE INDEX of_a ON one (a)"], OF_ONE],
  ["an index that is gone", ["DROP INDEX of_a"], OF_ONE],
  ["a type inside another one", ["ALTER TYPE inside ADD y int"], ALL],
  ["a type whose field has its name back", [
    "ALTER TYPE inside RENAME x TO z",
    "ALTER TYPE inside RENAME z TO x",
  ], ALL],
  ["a new type", ["CREATE TYPE newer (x int)"], ALL],
  ["a function with the same signature", [functionOf("times", 3)], ALL],
  ["a keyspace's options", ["ALTER KEYSPACE own_keyspace WITH durable_writes = false"], ALL],
];

describe("findUnchanged()", () => {
  let sessions: SchemaSessions;
  before(async () => {
    sessions = await openSchemaSessions();
  });
  after(() => sessions[Symbol.asyncDispose]());

  /** Runs statements, and waits until each has been announced. */
  async function change(session: Session, statements: readonly string[]): Promise<void> {
    let announced = 0;
    session.onSchemaChange(() => announced++);
    for (const cql of statements) {
      await session.run(cql.replace("own_keyspace", session.keyspace!), { timeoutMs: 20_000 });
    }
    await eventually("the changes are announced", () => announced >= statements.length);
  }

  /** Prepares what has changed, until all of it is watched: the node may have a schema that changes all the time. */
  async function prepareAll(
    session: Session,
    of: readonly Query[],
    before: Preparation | null,
  ): Promise<Preparation> {
    return await eventually("the schema stays as it is for a moment", async () => {
      const unchanged = await findUnchanged(session, before);
      const readTable = createTableReader(session, unchanged.tables);
      before = await prepareTogether(session, of, { readTable, before, unchanged });
      expect(before.unfit).toEqual([]);
      return (await changedSince(session, before)).join() === NONE.join() && before;
    });
  }

  async function changedSince(session: Session, preparation: Preparation): Promise<string[]> {
    const { queries: unchanged } = await findUnchanged(session, preparation);
    return [...preparation.unlinked.keys()].filter((query) => !unchanged.has(query))
      .map(({ name }) => name);
  }

  /** With a second keyspace, which has a function. */
  async function withQueries(
    use: (session: Session, of: readonly Query[], preparation: Preparation) => Promise<void>,
  ): Promise<void> {
    const other = `test_${crypto.randomUUID().replaceAll("-", "")}`;
    const text = QUERIES.replace("other_keyspace", other);
    const { queries } = parseCatalog([{ path: "own.cql", text }]);
    await sessions.withSchema(SCHEMA, async (session) => {
      const run = (cql: string) => session.run(cql, { timeoutMs: 20_000 });
      await run(
        `CREATE KEYSPACE ${other} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
      );
      try {
        await run(functionOf(`${other}.times`, 2));
        await use(session, queries, await prepareAll(session, queries, null));
      } finally {
        await run(`DROP KEYSPACE ${other}`);
      }
    });
  }

  it("finds what a change does not concern, and prepares the rest from the schema as it is", async () => {
    await withQueries(async (session, of, first) => {
      let preparation = first;
      for (const [what, statements, expected] of CHANGES) {
        const since = preparation;
        await change(session, statements);
        // A statement may have several announcements.
        await eventually(`${what} concerns ${expected}`, async () => {
          expect(await changedSince(session, since)).toEqual(expected);
          return true;
        });
        preparation = await prepareAll(session, of, since);
        for (const [query, { prepared: { statement } }] of preparation.unlinked) {
          const isSame = statement === since.unlinked.get(query)!.prepared.statement;
          expect([what, query.name, isSame]).toEqual([
            what,
            query.name,
            !expected.includes(query.name),
          ]);
        }
      }
      const { tables } = preparation.unlinked.get(of[0]!)!;
      expect([...tables[0]!.types.keys()].toSorted()).toEqual(["a", "b", "c", "k"]);
    });
  });

  it("finds nothing in a keyspace with views, nor once one is made, nor after a request has found a change", async () => {
    await withQueries(async (session, of, preparation) => {
      session.noteSchemaChange();
      expect(await changedSince(session, preparation)).toEqual(ALL);
      const again = await prepareAll(session, of, preparation);
      await change(session, [
        "CREATE MATERIALIZED VIEW by_a AS SELECT * FROM one WHERE k IS NOT NULL AND a IS NOT NULL PRIMARY KEY (a, k)",
      ]);
      expect(await changedSince(session, again)).toEqual(ALL);
      const unchanged = await findUnchanged(session, again);
      const readTable = createTableReader(session, unchanged.tables);
      const options = { readTable, before: again, unchanged };
      const withView = await prepareTogether(session, of, options);
      expect([...withView.unlinked.get(of[0]!)!.tables[0]!.viewKeys]).toEqual(["a"]);
      expect(await changedSince(session, withView)).toEqual(ALL);
      await change(session, ["DROP MATERIALIZED VIEW by_a"]);
      expect(await changedSince(session, withView)).toEqual(ALL);
    });
  });

  it("finds nothing of what was prepared while the schema changed", async () => {
    await withQueries(async (session, of) => {
      const unchanged = await findUnchanged(session, null);
      await change(session, ["CREATE TABLE meanwhile (k text PRIMARY KEY)"]);
      const readTable = createTableReader(session);
      const preparation = await prepareTogether(session, of, {
        readTable,
        before: null,
        unchanged,
      });
      expect(await changedSince(session, preparation)).toEqual(ALL);
    });
  });
});
