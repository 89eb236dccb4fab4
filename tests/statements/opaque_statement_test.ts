/**
 * A statement that Cassandra accepts and that the service cannot read: here one that is nested deeper
 * than it reads, as one of a newer Cassandra would be. It is served, warned of, and treated as the worst
 * that it could be.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { check } from "../../tasks/check.ts";
import { inlined } from "../support/clients/openapi_reference.ts";
import {
  answer,
  createCqlFolder,
  type OwnService,
  type Page,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE notes (day text, at timestamp, n int, body text, PRIMARY KEY (day, at));
CREATE TABLE counts (k int PRIMARY KEY, n counter);
CREATE TABLE places (id int PRIMARY KEY, label text, at vector<float, 2>);
CREATE CUSTOM INDEX places_at ON places (at) USING 'StorageAttachedIndex';
CREATE TABLE vectors (id int PRIMARY KEY, numbers vector<bigint, 2>, words vector<text, 2>, way vector<float, 2>);
`;

/** What Cassandra reads as \`relation\`. */
const deep = (relation: string) => `${"(".repeat(101)}${relation}${")".repeat(101)}`;

const QUERIES = `
-- name: list_notes :many
-- @route GET /notes/{day}
-- @public
SELECT day, at, n FROM notes WHERE ${deep("day = :day")};

-- name: write_note :exec
-- @route POST /notes/{day}
-- @public
-- @param n in body max=100
UPDATE notes SET n = :n WHERE ${deep("day = :day")} AND at = :at;

-- name: write_vectors :exec
-- @route PUT /vectors/{id}
-- @public
-- @param id in path max=100
UPDATE vectors SET numbers = :numbers, words = :words, way = :way WHERE ${deep("id = :id")};

-- name: read_vectors :one
-- @route GET /vectors/{id}
-- @public
SELECT numbers, words, way FROM vectors WHERE id = :id;
`;

let service: OwnService;

before(async () => {
  service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
});
after(async () => await service[Symbol.asyncDispose]());

/** What `deno task check` says, warnings first. */
async function reportOf(queries: string, env: Record<string, string> = {}): Promise<string> {
  await using folder = await createCqlFolder({ migration: MIGRATION, queries });
  const lines: string[] = [];
  const warn = (message: string) => lines.push(`Warning: ${message}`);
  lines.push(await check({ ...service.env, ...env, CQL_DIR: folder.path }, { warn }).catch(String));
  return lines.join("\n");
}

describe("A statement that cannot be read", () => {
  it("is served", async () => {
    const post = (body: unknown) =>
      service.request("/notes/mon", { method: "POST", user: null, json: body });
    await succeed(post({ at: "2026-01-01T00:00:00Z", n: 1 }));
    await succeed(post({ at: "2026-01-02T00:00:00Z", n: 2 }));
    const [status] = await answer(post({ at: "2026-01-03T00:00:00Z", n: 101 }));
    expect(status).toBe(422);
    const page = await succeed<Page<{ n: number }>>(
      service.request("/notes/mon?limit=1", { user: null }),
    );
    expect(page.items.map(({ n }) => n)).toEqual([1]);
    expect(page.next_cursor).not.toBeNull();
  });

  it("takes vectors that no index can have as they are", async () => {
    const put = (json: unknown) =>
      service.request("/vectors/1", { method: "PUT", user: null, json });
    const vectors = { numbers: ["0", "9007199254740993"], words: ["a", ""], way: [0, 1] };
    await succeed(put(vectors));
    expect(await succeed(service.request("/vectors/1", { user: null }))).toEqual(vectors);
    // Of numbers that could be indexed, nobody knows how.
    const [status] = await answer(put({ ...vectors, way: [0, 0] }));
    expect(status).toBe(422);
  });

  it("is warned of, at boot and by check", async () => {
    const warnings = service.observations.flatMap((each) =>
      each.kind === "warning" ? [each.message] : []
    );
    for (const query of ["list_notes", "write_note"]) {
      const warning = `Cannot read the statement of "${query}": expected at most 100 levels`;
      expect(warnings.filter((message) => message.includes(warning))).toHaveLength(1);
      expect(await reportOf(QUERIES)).toContain(warning);
    }
  });

  it("says in no column that it is never null", async () => {
    const { paths } = inlined(
      await succeed<{ paths: Record<string, unknown> }>(
        service.request("/openapi.json", { user: null }),
      ),
    );
    expect(JSON.stringify(paths["/notes/{day}"])).toMatch(/"day":\{[^{}]*"null"/);
  });

  const refused: [what: string, query: string, report: string][] = [
    [
      "a number without a bound",
      `-- name: unbounded :exec
-- @route POST /unbounded
-- @public
UPDATE notes SET n = :n WHERE ${deep("day = :day")} AND at = :at;`,
      'Parameter "n" has no bound: what it does in the statement is not known',
    ],
    [
      "an optional parameter",
      `-- name: optional :exec
-- @param body? in body
UPDATE notes SET body = :body WHERE ${deep("day = :day")} AND at = :at;`,
      'Parameter "body" cannot be optional: it stands for a place in a statement that cannot be read',
    ],
    [
      "a batch that is not logged",
      `-- name: unlogged :exec
BEGIN UNLOGGED BATCH UPDATE notes SET body = :body WHERE ${
        deep("day = :day")
      } AND at = :at; APPLY BATCH;`,
      "Cannot serve this UNLOGGED batch: its statements are not provably in one partition",
    ],
    [
      "a walk",
      `-- name: walked :many
-- @walk day from=:since to=:until order=asc
SELECT at FROM notes WHERE ${deep("day = :day")} AND at >= :since AND at < :until;`,
      "Cannot walk: the order of the rows is not known, since the statement cannot be read",
    ],
    [
      "a write to a table whose vector is indexed",
      `-- name: placed :exec
UPDATE places SET label = :label WHERE ${deep("id = :id")};`,
      'Cannot serve a statement that cannot be read and writes to a table whose vector "at" is indexed',
    ],
  ];
  for (const [what, query, report] of refused) {
    it(`is refused with ${what}`, async () => expect(await reportOf(query)).toContain(report));
  }

  it("may be a batch that is logged", async () => {
    const report = await reportOf(`-- name: logged :exec
BEGIN BATCH UPDATE notes SET body = :body WHERE ${
      deep("day = :day")
    } AND at = :at; UPDATE notes SET body = :body WHERE day = 'x' AND at = :at; APPLY BATCH;`);
    expect(report).toContain("Warning: ");
    expect(report).toContain("Checked 1 query");
  });

  it("is refused by check unless its author gives a reason, since guardrails cannot look into it", async () => {
    const ofAnyDay = (tags: string) =>
      `-- name: any_day :many
-- @route GET /days/{day}
-- @scope notes
${tags}SELECT at FROM notes WHERE ${deep("day = :day")};`;
    const report = await reportOf(ofAnyDay(""), { GUARDRAILS: "refuse" });
    expect(report).toContain("[unreadable-statement]");
    expect(report).not.toContain("Checked 1 query");
    const reason = "-- @waive unreadable-statement: a day's notes are for all who may read\n";
    expect(await reportOf(ofAnyDay(reason), { GUARDRAILS: "refuse" })).toContain("Checked 1 query");
  });

  it("is reported with the server's words where Cassandra cannot parse it", async () => {
    const report = await reportOf(`-- name: wrong :many
SELECT at FROM notes WHERE day BETWEEN 'a' AND 'b';`);
    expect(report).toMatch(
      /own\.cql:2:32: Cassandra cannot parse the statement: no viable alternative/,
    );
    expect(report).not.toContain("Cannot read the statement");
  });
});
