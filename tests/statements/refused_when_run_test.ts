/**
 * Statements that Cassandra accepts when it prepares them, and refuses each time that it runs them, whatever is bound:
 * each is a mistake, found before it is served. Those that only look like one of them run.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Consistency } from "../../catalog/query.ts";
import { parseCatalog } from "../../catalog/catalog.ts";
import { CatalogError, formatDiagnostics } from "../../catalog/text/diagnose.ts";
import { isConditional } from "../../catalog/statement/statement.ts";
import type { Session } from "../../db/driver/session.ts";
import { prepareQueries } from "../../db/prepare/prepare_queries.ts";
import { openSchemaSessions, type SchemaSessions } from "../support/cassandra/schema_session.ts";
import { parseCql } from "../support/cql/parse_cql.ts";

const SCHEMA = `
CREATE TABLE docs (p int, id int, n int, v vector<float, 2>, PRIMARY KEY (p, id));
CREATE CUSTOM INDEX ON docs (v) USING 'StorageAttachedIndex';
CREATE TABLE t (k int, c int, d int, s int STATIC, v int, l list<int>, m map<text, int>, PRIMARY KEY (k, c, d));
CREATE CUSTOM INDEX ON t (entries(m)) USING 'StorageAttachedIndex';
CREATE CUSTOM INDEX ON t (values(l)) USING 'StorageAttachedIndex';
CREATE TABLE names (name text PRIMARY KEY, n int, marks map<int, int>);
CREATE CUSTOM INDEX ON names (n) USING 'StorageAttachedIndex';
CREATE TABLE two (a int, b int, PRIMARY KEY ((a, b)));
INSERT INTO t (k, c, d, l) VALUES (1, 1, 1, [1, 2]);
CREATE TABLE counts (k int PRIMARY KEY, n counter);
`;

type Case = readonly [what: string, cql: string, level?: Consistency];

const inBatch = (...writes: readonly string[]) => `BEGIN BATCH ${writes.join("; ")}; APPLY BATCH`;

const REFUSED: readonly Case[] = [
  ["a search for neighbours without a limit", "SELECT id FROM docs ORDER BY v ANN OF [1, 2]"],
  ["a search for too many neighbours", "SELECT id FROM docs ORDER BY v ANN OF [1, 2] LIMIT 1001"],
  [
    "some neighbours of each partition",
    "SELECT id FROM docs ORDER BY v ANN OF [1, 2] PER PARTITION LIMIT 1 LIMIT 5",
  ],
  ["a count of neighbours", "SELECT count(*) FROM docs ORDER BY v ANN OF [1, 2] LIMIT 5"],
  ["the greatest of neighbours", "SELECT max(n) FROM docs ORDER BY v ANN OF [1, 2] LIMIT 5"],
  [
    "neighbours by group",
    "SELECT p, id FROM docs WHERE p = 1 GROUP BY p, id ORDER BY v ANN OF [1, 2] LIMIT 5",
  ],
  [
    "neighbours at a serial level",
    "SELECT id FROM docs ORDER BY v ANN OF [1, 2] LIMIT 5",
    "LOCAL_SERIAL",
  ],
  [
    "several rows of a condition",
    "UPDATE t SET v = 1 WHERE k = 1 AND c IN (1, 2) AND d = 1 IF EXISTS",
  ],
  ["no row of a condition", "UPDATE t SET v = 1 WHERE k = 1 AND c IN () AND d = 1 IF EXISTS"],
  ["several partitions of a condition", "UPDATE t SET s = 1 WHERE k IN (1, 2) IF s = 1"],
  [
    "several rows by tuples of a condition",
    "UPDATE t SET v = 1 WHERE k = 1 AND (c, d) IN ((1, 1), (1, 2)) IF v = 1",
  ],
  [
    "several rows of a batch with a condition",
    inBatch("UPDATE t SET s = 1 WHERE k = 1 IF s = 1", "DELETE FROM t WHERE k = 1 AND c IN (8, 9)"),
  ],
  [
    "several partitions of a batch with a condition",
    inBatch("UPDATE t SET s = 1 WHERE k = 1 IF s = 1", "DELETE FROM t WHERE k IN (1, 2) AND c = 8"),
  ],
  [
    "a row that exists and does not",
    inBatch(
      "INSERT INTO t (k, c, d, v) VALUES (1, 1, 1, 1) IF NOT EXISTS",
      "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF EXISTS",
    ),
  ],
  [
    "a row that is compared and exists",
    inBatch(
      "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF v = 1",
      "UPDATE t SET v = 1 WHERE k = 1 AND (c, d) = (1, 1) IF EXISTS",
    ),
  ],
  [
    "a row that exists and is compared",
    inBatch(
      "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF EXISTS",
      "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF v = 1",
    ),
  ],
  [
    "a partition that is compared and does not exist",
    inBatch(
      "INSERT INTO t (k, s) VALUES (1, 1) IF NOT EXISTS",
      "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF s = 1",
    ),
  ],
  ["a counter at ANY", "UPDATE counts SET n = n + 1 WHERE k = 1", "ANY"],
  ["a list by its index at ANY", "UPDATE t SET l[0] = 1 WHERE k = 1 AND c = 1 AND d = 1", "ANY"],
  [
    "a list by its values at ANY",
    "UPDATE t SET l = l - [9] WHERE k = 1 AND c = 1 AND d = 1",
    "ANY",
  ],
  ["an element of a list at ANY", "DELETE l[0] FROM t WHERE k = 1 AND c = 1 AND d = 1", "ANY"],
  [
    "some rows of several partitions at a serial level",
    "SELECT v FROM t WHERE k IN (1, 2) LIMIT 1",
    "SERIAL",
  ],
  [
    "a condition at each quorum, without data centres",
    "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF EXISTS",
    "EACH_QUORUM",
  ],
  ["a column of a range of rows", "DELETE v FROM t WHERE k = 1 AND c > 1"],
  ["a column of all rows", "DELETE v FROM t WHERE k = 1"],
  ["a column of rows with the same beginning", "DELETE s, v FROM t WHERE k = 1 AND c = 1"],
  ["an element of a range of rows", "DELETE m['a'] FROM t WHERE k = 1 AND (c, d) > (1, 1)"],
  [
    "a column of a range of rows in a batch",
    inBatch("UPDATE t SET s = 1 WHERE k = 1", "DELETE v FROM t WHERE k = 1 AND c = 1 AND d < 5"),
  ],
  ["an element of a list at null", "UPDATE t SET l[null] = 1 WHERE k = 1 AND c = 1 AND d = 1"],
  ["an element of a map at null", "DELETE m[null] FROM t WHERE k = 1 AND c = 1 AND d = 1"],
  [
    "an element of a map at null in a condition",
    "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF m[null] IN (1, 2)",
  ],
  [
    "an element of a list before the first",
    "UPDATE t SET l[-1] = 1 WHERE k = 1 AND c = 1 AND d = 1",
  ],
  [
    "an element of a list before the first, deleted",
    "DELETE l[-1] FROM t WHERE k = 1 AND c = 1 AND d = 1",
  ],
  [
    "an element of a list before the first in a condition",
    "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF l[-1] = 1",
  ],
  ["null in a list", "SELECT v FROM t WHERE l CONTAINS null"],
  ["null in the keys of a map", "SELECT v FROM t WHERE m CONTAINS KEY null ALLOW FILTERING"],
  ["null in a map", "SELECT v FROM t WHERE m['a'] = null"],
  ["an element of a map at null, searched for", "SELECT v FROM t WHERE m[null] = 1"],
  ["one value that is null", "SELECT n FROM names WHERE n IN (null) ALLOW FILTERING"],
  ["a tuple with null", "SELECT v FROM t WHERE k = 1 AND (c, d) = (1, null)"],
  ["a range from a tuple with null", "SELECT v FROM t WHERE k = 1 AND (c, d) > (1, null)"],
  ["one of tuples with null", "SELECT v FROM t WHERE k = 1 AND (c, d) IN ((1, 1), (1, null))"],
  ["the token of null", "SELECT a FROM two WHERE token(a, b) > token(1, null)"],
  ["no token", "SELECT v FROM t WHERE token(k) > null"],
  ["a range to null that is deleted", "DELETE FROM t WHERE k = 1 AND c < null"],
  [
    "null in a list in a condition",
    "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF l CONTAINS null",
  ],
];

const RUN: readonly Case[] = [
  ["the most neighbours", "SELECT id FROM docs ORDER BY v ANN OF [1, 2] LIMIT 1000", "QUORUM"],
  [
    "neighbours with a function",
    "SELECT JSON id, similarity_cosine(v, [1, 2]) FROM docs ORDER BY v ANN OF [1, 2] LIMIT 5",
  ],
  [
    "one row of a condition",
    "UPDATE t SET v = 1 WHERE k IN (1) AND (c, d) IN ((1, 1)) IF v IN (1, 2)",
  ],
  [
    "a range of rows of a batch with a condition",
    inBatch("UPDATE t SET s = 1 WHERE k = 1 IF s = 1", "DELETE FROM t WHERE k = 1 AND c > 90"),
  ],
  [
    "a row that does not exist in a partition that is compared",
    inBatch(
      "INSERT INTO t (k, c, d, v) VALUES (1, 1, 1, 1) IF NOT EXISTS",
      "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF s = 1",
    ),
  ],
  [
    "rows that exist and do not",
    inBatch(
      "INSERT INTO t (k, c, d, v) VALUES (1, 1, 1, 1) IF NOT EXISTS",
      "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 2 IF EXISTS",
    ),
  ],
  ["a map at ANY", "UPDATE t SET m['a'] = 1, m = m - {'b'} WHERE k = 1 AND c = 1 AND d = 1", "ANY"],
  ["more of a list at ANY", "UPDATE t SET l = [1] + l WHERE k = 1 AND c = 1 AND d = 1", "ANY"],
  [
    "a list with a condition at ANY",
    "UPDATE t SET l = l - [9] WHERE k = 1 AND c = 1 AND d = 1 IF EXISTS",
    "ANY",
  ],
  [
    "counters of a batch at ANY",
    "BEGIN COUNTER BATCH UPDATE counts SET n = n + 1 WHERE k = 1; APPLY BATCH",
    "ANY",
  ],
  [
    "a key of a map that is negative",
    "UPDATE names SET marks[-1] = 1, n = null WHERE name = 'a' IF marks[-2] = null",
  ],
  [
    "a column of several rows",
    "DELETE v, l FROM t WHERE k IN (1, 2) AND (c, d) IN ((1, 1), (1, 2))",
  ],
  ["an element of a row", "DELETE m['a'] FROM t WHERE k = 1 AND c IN (1, 2) AND d = 1"],
  ["a static column of a partition", "DELETE s FROM t WHERE k = 1"],
  ["all rows of a range", "DELETE FROM t WHERE k = 1 AND c = 1 AND d > 5"],
  ["a range that ends at null", "SELECT v FROM t WHERE k = 1 AND c > null"],
  ["some of which is null", "SELECT n FROM names WHERE n IN (1, null) ALLOW FILTERING"],
  [
    "null in the list of a condition",
    "UPDATE names SET n = 1 WHERE name = 'a' IF n IN (null) AND marks != null",
  ],
  ["a counter at ONE", "UPDATE counts SET n = n + 1 WHERE k = 1", "ONE"],
  ["several partitions at a serial level", "SELECT v FROM t WHERE k IN (1, 2)", "SERIAL"],
  [
    "a count of several partitions at a serial level",
    "SELECT count(*) FROM t WHERE k IN (1, 2) LIMIT 1",
    "LOCAL_SERIAL",
  ],
  ["several rows at a serial level", "SELECT v FROM t WHERE k IN (1) AND c IN (1, 2)", "SERIAL"],
];

/** The report of a query with this statement; empty if it can be served. */
async function reportOf([, cql, level]: Case, session: Session): Promise<string> {
  const parsed = parseCql(cql);
  const mode = parsed.kind === "select" ? "many" : isConditional(parsed) ? "applied" : "exec";
  const tags = level === undefined ? "" : `-- @consistency ${level}\n`;
  const { queries, diagnostics } = parseCatalog([
    { path: "own.cql", text: `-- name: own :${mode}\n${tags}${cql};\n` },
  ]);
  if (diagnostics.length > 0) return formatDiagnostics(diagnostics);
  const error = await prepareQueries(session, queries).then(() => null, (reason) => reason);
  if (error !== null && !(error instanceof CatalogError)) throw error;
  return error?.message ?? "";
}

/** What Cassandra says when it runs the statement, which it has prepared; null if it runs it. */
async function refusalOf([, cql, level = "ONE"]: Case, session: Session): Promise<unknown> {
  const statement = await session.prepare(cql);
  return await session.execute(statement, [], {
    consistency: level,
    serialConsistency: null,
    writes: parseCql(cql).kind !== "select",
    idempotent: false,
    fetchSize: 100,
  }).then(() => null, (reason) => reason);
}

describe("Cassandra", () => {
  let sessions: SchemaSessions;
  before(async () => {
    sessions = await openSchemaSessions();
  });
  after(() => sessions[Symbol.asyncDispose]());

  it("refuses at each run what is reported before it is served", async () => {
    await sessions.withSchema(SCHEMA, async (session) => {
      for (const each of REFUSED) {
        const [what] = each;
        expect([what, (await refusalOf(each, session)) !== null]).toEqual([what, true]);
        expect([what, await reportOf(each, session)]).toEqual([
          what,
          expect.stringContaining("1 mistake in 1 file"),
        ]);
      }
    });
  });

  it("runs what only looks like it, and that is served", async () => {
    await sessions.withSchema(SCHEMA, async (session) => {
      for (const each of RUN) {
        const [what] = each;
        expect([what, await refusalOf(each, session)]).toEqual([what, null]);
        expect([what, await reportOf(each, session)]).toEqual([what, ""]);
      }
    });
  });
});
