/**
 * Mistakes that only the server can find: `fixtures/<case>/` holds a schema, queries and the exact report.
 * What a report leaves out of its queries is right: most cases end with a near miss that is. `UPDATE_FIXTURES=1`
 * writes the reports again, to be read before committing.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { parseCatalog } from "../../catalog/catalog.ts";
import { CatalogError } from "../../catalog/text/diagnose.ts";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../../tests/support/cassandra/schema_session.ts";
import { createTableReader } from "../schema/table.ts";
import { isSame, prepareQueries, prepareTogether } from "./prepare_queries.ts";

const FIXTURES = new URL("./fixtures/", import.meta.url);

describe("prepareQueries()", () => {
  let sessions: SchemaSessions;
  before(async () => {
    sessions = await openSchemaSessions();
  });
  after(() => sessions[Symbol.asyncDispose]());

  for (const name of [...Deno.readDirSync(FIXTURES)].map(({ name }) => name).sort()) {
    it(`reports ${name.replaceAll("_", " ")}`, async () => {
      const read = (file: string) => Deno.readTextFile(new URL(`${name}/${file}`, FIXTURES));
      const { queries, diagnostics } = parseCatalog([
        { path: "input.cql", text: await read("input.cql") },
      ]);
      expect(diagnostics).toEqual([]);
      const report = await sessions.withSchema(await read("schema.cql"), async (session) => {
        const error = await prepareQueries(session, queries).then(() => null, (reason) => reason);
        if (!(error instanceof CatalogError)) throw error ?? new Error("nothing is reported");
        return `${error.message.replaceAll(session.keyspace ?? "", "{keyspace}")}\n`;
      });
      const expected = new URL(`${name}/report.txt`, FIXTURES);
      if (Deno.env.get("UPDATE_FIXTURES") === "1") await Deno.writeTextFile(expected, report);
      expect(report).toBe(await Deno.readTextFile(expected));
    });
  }
});

describe("prepareTogether()", () => {
  let sessions: SchemaSessions;
  before(async () => {
    sessions = await openSchemaSessions();
  });
  after(() => sessions[Symbol.asyncDispose]());

  const SCHEMA = `
CREATE TABLE one (id int PRIMARY KEY, a int, b int);
CREATE TABLE two (id int PRIMARY KEY, a int, b int);
CREATE TABLE three (id int PRIMARY KEY, a int);
`;
  const QUERIES = `
-- name: of_one :one
-- @route GET /one/{id}
-- @public
-- @row Pair
SELECT a, b FROM one WHERE id = :id;

-- name: of_two :one
-- @route GET /two/{id}
-- @public
-- @row Pair
SELECT a, b FROM two WHERE id = :id;

-- name: of_three :one
SELECT * FROM three WHERE id = :id;
`;

  it("keeps the queries that no longer fit, and those that have to agree with them", async () => {
    const { queries, diagnostics } = parseCatalog([{ path: "own.cql", text: QUERIES }]);
    expect(diagnostics).toEqual([]);
    await sessions.withSchema(SCHEMA, async (session) => {
      const prepare = (before: Parameters<typeof prepareTogether>[2]["before"]) =>
        prepareTogether(session, queries, {
          readTable: createTableReader(session),
          before,
          unchanged: null,
        });
      const run = (cql: string) => session.run(cql, { timeoutMs: 20_000 });
      const first = await prepare(null);
      expect(isSame(await prepare(first), first)).toBe(true);

      await run("ALTER TABLE one DROP b");
      await run("DROP TABLE two");
      await run("CREATE TABLE two (id int PRIMARY KEY, a bigint, b int)");
      await run("ALTER TABLE three ADD added text");
      const second = await prepare(first);
      expect(isSame(second, first)).toBe(false);
      expect(second.unfit.map(({ message }) => message)).toEqual([
        expect.stringContaining("Undefined column name b"),
        expect.stringContaining('Cannot name two different rows "Pair"'),
      ]);
      const [one, two, three] = second.prepared;
      expect([one, two]).toEqual(first.prepared.slice(0, 2));
      expect(three!.columns.map(({ name }) => name)).toEqual(["id", "a", "added"]);
      await expect(prepare(null)).rejects.toThrow("Undefined column name b");

      await run("DROP TABLE one");
      await run("CREATE TABLE one (id int PRIMARY KEY, a bigint, b int)");
      const third = await prepare(second);
      expect(third.unfit).toEqual([]);
      expect(third.prepared[1]!.columns.map(({ codec }) => codec.cql)).toEqual(["bigint", "int"]);
    });
  });
});
