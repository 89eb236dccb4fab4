/**
 * What CQL can say only where `cassandra.yaml` allows it: a node as `deno task dev` starts it runs such a
 * project, views are served as tables are, and where a cluster does not allow it, `migrate` says what to set.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { featureAdvice } from "../../db/migrate/apply/feature_advice.ts";
import { CQL_FEATURES } from "../../dev/cassandra/cql_features.ts";
import { openProjectCluster, type ProjectCluster } from "../support/cassandra/migration_project.ts";
import { type OwnNode, startOwnNode } from "../support/cassandra/own_node.ts";
import { eventually } from "../support/eventually.ts";
import {
  type OwnService,
  type Page,
  readPages,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const TABLE = `CREATE TABLE notes (
  id int, day date, at timestamp, author text, title text, secret text,
  PRIMARY KEY (id, day, at, author)
);`;

/** By the setting that allows it. */
const STATEMENTS: Readonly<Record<string, string>> = {
  materialized_views_enabled: `
CREATE MATERIALIZED VIEW notes_by_author AS
  SELECT author, day, at, id, title FROM notes
   WHERE author IS NOT NULL AND day IS NOT NULL AND at IS NOT NULL AND id IS NOT NULL
 PRIMARY KEY ((author, day), at, id);`,
  sasi_indexes_enabled: `
CREATE CUSTOM INDEX notes_by_title ON notes (title)
  USING 'org.apache.cassandra.index.sasi.SASIIndex';`,
  user_defined_functions_enabled: `
CREATE FUNCTION longer (state int, title text) CALLED ON NULL INPUT RETURNS int LANGUAGE java
  AS 'return title == null ? state : Math.max(state, title.length());';
CREATE AGGREGATE longest (text) SFUNC longer STYPE int INITCOND 0;`,
  dynamic_data_masking_enabled: `
ALTER TABLE notes ALTER secret MASKED WITH mask_null();`,
  drop_compact_storage_enabled: `
CREATE TABLE old_notes (id int PRIMARY KEY, title text) WITH COMPACT STORAGE;
ALTER TABLE old_notes DROP COMPACT STORAGE;`,
};

const QUERIES = `
-- name: add_note :exec
-- @route POST /notes
-- @public
-- @param day in bucket:at by=day
INSERT INTO notes (author, day, at, id, title) VALUES (:author, :day, :at, :id, :title);

-- name: notes_of_day :many
-- @route GET /authors/{author}/days/{day}
-- @public
-- @page size=2 max=10
SELECT id, title FROM notes_by_author WHERE author = :author AND day = :day;

-- name: walk_notes :many
-- @route GET /authors/{author}
-- @public
-- @walk day from=:since to=:until order=asc by=day max=31
-- @page size=2 max=10
SELECT id FROM notes_by_author
 WHERE author = :author AND day = :day AND at >= :since AND at < :until;

-- name: note_of_day :one
-- @route GET /authors/{author}/days/{day}/{at}/{id}
-- @public
SELECT title FROM notes_by_author WHERE author = :author AND day = :day AND at = :at AND id = :id;

-- name: longest_title :one
-- @route GET /longest/{id}
-- @public
SELECT longest(title) AS length FROM notes WHERE id = :id;

-- name: find_notes :many
-- @route GET /titles/{title}
-- @public
SELECT id FROM notes WHERE title LIKE :title;
`;

describe("A local Cassandra", () => {
  let own: OwnNode;
  let service: OwnService;
  before(async () => {
    own = await startOwnNode();
    service = await startOwnService(
      { migration: `${TABLE}${Object.values(STATEMENTS).join("")}`, queries: QUERIES },
      { env: { CASSANDRA_CONTACT_POINTS: own.node.contactPoint } },
    );
    for (let id = 1; id <= 5; id++) {
      const at = `2026-01-0${id < 4 ? 1 : 2}T0${id}:00:00Z`;
      const json = { author: "ada", at, id, title: "t".repeat(id) };
      expect((await service.request("/notes", { method: "POST", json })).status).toBe(204);
    }
    // A view follows its table a moment later.
    await eventually(
      "the view has all rows",
      async () => (await readPages(service, WALK)).flat().length === 5,
    );
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await own?.[Symbol.asyncDispose]();
  });

  const WALK = "/authors/ada?since=2026-01-01T00:00:00Z&until=2026-01-03T00:00:00Z";
  const items = (path: string) => succeed<Page<unknown>>(service.request(path));

  it("has what a project with every feature needs", () => {
    expect(Object.keys(STATEMENTS)).toEqual(Object.keys(CQL_FEATURES));
  });

  it("serves a view: a row, a page, a walk and a stream", async () => {
    const day = "/authors/ada/days/2026-01-01";
    expect(await succeed(service.request(`${day}/2026-01-01T02:00:00Z/2`))).toEqual({
      title: "tt",
    });
    expect((await service.request(`${day}/2026-01-01T02:00:00Z/3`)).status).toBe(404);
    expect((await readPages<{ id: number }>(service, day)).map((page) => page.map(({ id }) => id)))
      .toEqual([[1, 2], [3]]);
    const walked = await readPages<{ id: number }>(service, WALK);
    expect(walked.flat().map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    const headers = { accept: "application/x-ndjson" };
    const stream = await service.request(day, { headers });
    expect((await stream.text()).trim().split("\n").map((line) => JSON.parse(line).id))
      .toEqual([1, 2, 3]);
  });

  it("serves an aggregate of its own, and a search by a SASI index", async () => {
    expect(await succeed(service.request("/longest/4"))).toEqual({ length: 4 });
    expect((await items("/titles/tttt%25")).items).toHaveLength(2);
  });
});

describe("A Cassandra whose cassandra.yaml allows less", () => {
  const off = Object.fromEntries(Object.keys(CQL_FEATURES).map((setting) => [setting, false]));
  const stack = new AsyncDisposableStack();
  let cluster: ProjectCluster;
  before(async () => {
    const own = stack.use(await startOwnNode({ yaml: off }));
    const env = { CASSANDRA_CONTACT_POINTS: own.node.contactPoint };
    cluster = stack.use(await openProjectCluster(env));
  });
  after(() => stack.disposeAsync());

  it("refuses each feature in words that name its setting once they are explained", async () => {
    const project = stack.use(await cluster.create({ "0001_notes.cql": TABLE }));
    await project.migrate();
    const { client } = cluster;
    await client.execute(`USE ${project.config.keyspace}`);
    for (const [setting, text] of Object.entries(STATEMENTS)) {
      const statements = text.split(/;(?=\n|$)/).filter((cql) => cql.trim() !== "");
      const said = await (async () => {
        for (const cql of statements) await client.execute(cql);
        return "nothing";
      })().catch(({ message }) => message);
      expect([setting, featureAdvice(said)]).toEqual([setting, expect.stringContaining(setting)]);
    }
    expect(featureAdvice("Undefined column name nobody in table ks.notes")).toBeNull();
  });

  it("makes migrate say which setting allows it", async () => {
    const { materialized_views_enabled: view } = STATEMENTS;
    const project = stack.use(await cluster.create({ "0001_notes.cql": `${TABLE}${view}` }));
    expect(await project.refusal()).toContain(
      '  This cluster does not allow it: set "materialized_views_enabled: true" in cassandra.yaml on every node',
    );
  });
});
