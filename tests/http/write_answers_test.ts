/**
 * What a write tells of its row: the values that it stored, where the row is read, and its entity tag.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE notes (author text, note_id uuid, version timeuuid, words text, ttl int,
  PRIMARY KEY ((author), note_id));
CREATE TABLE pages (name text PRIMARY KEY, version int, shown_at timestamp, words text);
CREATE TABLE counts (name text PRIMARY KEY, n bigint, at time, flag boolean, bytes blob);
CREATE TABLE chunks (digest blob, weight double, words text, PRIMARY KEY ((digest, weight)));
`,
  queries: `
-- name: get_note :one
-- @route GET /authors/{author}/notes/{note_id}
-- @public
-- @etag version
SELECT note_id, version, words FROM notes WHERE author = :author AND note_id = :note_id;

-- name: add_note :exec
-- @route POST /authors/{author}/notes
-- @public
-- @bulk returning
-- @param note_id in generated:uuid as=noteId
-- @param version in generated:timeuuid
-- @param words? in body as=saidWords
-- @param seconds in query default=600 max=1000
-- @returns words seconds
-- @location get_note
INSERT INTO notes (author, note_id, version, words) VALUES (:author, :note_id, :version, :words)
USING TTL :seconds;

-- name: change_note :applied
-- @route PUT /authors/{author}/notes/{note_id}
-- @public
-- @param version in generated:timeuuid
-- @param seen in if-match
UPDATE notes SET version = :version, words = :words WHERE author = :author AND note_id = :note_id
    IF version = :seen;

-- name: rewrite_note :exec
-- @route PATCH /authors/{author}/notes/{note_id}
-- @public
-- @param version? in body
UPDATE notes SET version = :version, words = :words WHERE author = :author AND note_id = :note_id;

-- name: version_note :exec
-- Of one row, by a list of one.
-- @route POST /authors/{author}/notes/{note_id}/versions
-- @public
UPDATE notes SET version = :version WHERE author = :author AND note_id IN (:note_id);

-- name: date_note :exec
-- Its write may be older than the row.
-- @route POST /authors/{author}/notes/{note_id}/past
-- @public
-- @param at in body max=1
UPDATE notes USING TIMESTAMP :at SET version = :version
 WHERE author = :author AND note_id = :note_id;

-- name: version_all :exec
-- Not of one row.
-- @route POST /authors/{author}/versions
-- @public
UPDATE notes SET version = :version WHERE author = :author AND note_id IN (:one, :other);

-- name: get_page :one
-- @route GET /pages/{name}
-- @public
-- @etag edition
SELECT name, version AS edition, words FROM pages WHERE name = :name;

-- name: get_page_time :one
-- @route GET /pages/{name}/time
-- @public
-- @etag shown_at
SELECT shown_at FROM pages WHERE name = :name;

-- name: create_page :applied
-- @route POST /pages
-- @public
-- @returns version
-- @location get_page
INSERT INTO pages (name, version, shown_at, words) VALUES (:name, :version, :shown_at, :words)
IF NOT EXISTS;

-- name: put_page :exec
-- @route PUT /pages/{name}
-- @public
-- @returns version
INSERT INTO pages (name, version, words) VALUES (:name, :version, :words);

-- name: show_page :exec
-- @route PUT /pages/{name}/time
-- @public
UPDATE pages SET shown_at = :shown_at, version = :version WHERE name = :name;

-- name: get_count :one
-- @route GET /counts/{name}/{n}/{at}/{flag}/{bytes}
-- @public
SELECT name FROM counts
 WHERE name = :name AND n = :n AND at = :at AND flag = :flag AND bytes = :bytes ALLOW FILTERING;

-- name: put_count :exec
-- @route POST /counts
-- @public
-- @status 201
-- @location get_count
INSERT INTO counts (name, n, at, flag, bytes) VALUES (:name, :n, :at, :flag, :bytes);

-- name: get_chunk :one
-- @route GET /chunks/{digest}/{weight}
-- @public
-- @param digest in path encoding=hex
-- @param weight in path max=9000000000000000000000
SELECT words FROM chunks WHERE digest = :digest AND weight = :weight;

-- name: put_chunk :exec
-- @route POST /chunks
-- @public
-- @status 201
-- @location get_chunk
INSERT INTO chunks (digest, weight, words) VALUES (:digest, :weight, :words);
`,
};

describe("The answer to a write", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL, { env: { PUBLIC_URL: "https://api.example/notes" } });
  });
  after(() => service?.[Symbol.asyncDispose]());

  const send = (method: string, path: string, json: unknown, headers = {}) =>
    service.request(path, { user: null, method, json, headers });
  const read = (path: string, headers = {}) => service.request(path, { user: null, headers });
  /** The path of a `Location`, as the service has it. */
  const pathIn = (response: Response) =>
    response.headers.get("location")!.replace("https://api.example/notes", "");

  it("says where the row is, at the public address, and its tag there", async () => {
    const response = await send("POST", "/authors/ann/notes", { saidWords: "Hello" });
    const body = await response.json() as Record<string, unknown>;
    expect([response.status, body]).toEqual([201, {
      noteId: expect.any(String),
      version: expect.any(String),
      saidWords: "Hello",
      seconds: 600,
    }]);
    expect(response.headers.get("location"))
      .toBe(`https://api.example/notes/authors/ann/notes/${body.noteId}`);
    expect(response.headers.get("etag")).toBe(`"${body.version}"`);
    const row = await read(pathIn(response));
    expect([row.status, row.headers.get("etag")])
      .toEqual([200, expect.stringMatching(new RegExp(`^"${body.version};[\\w-]{12}"$`))]);
    expect(await row.json()).toMatchObject({ note_id: body.noteId, words: "Hello" });
  });

  it("has a tag that the next change can be made with", async () => {
    const created = await send("POST", "/authors/bob/notes", {});
    const { noteId } = await created.json() as { noteId: string };
    let tag = created.headers.get("etag")!;
    for (const words of ["one", "two"]) {
      const path = `/authors/bob/notes/${noteId}`;
      const changed = await send("PUT", path, { words }, { "if-match": tag });
      const body = await changed.json() as { version: string };
      expect([changed.status, body]).toEqual([200, {
        applied: true,
        version: expect.any(String),
      }]);
      tag = changed.headers.get("etag")!;
      expect(tag).toBe(`"${body.version}"`);
      // It names the version, and not the answer that a caller has.
      const row = await read(path, { "if-none-match": tag });
      expect([row.status, (await row.json()).words]).toEqual([200, words]);
      const seen = row.headers.get("etag")!;
      expect((await read(path, { "if-none-match": seen })).status).toBe(304);
      if (words === "one") tag = seen;
    }
  });

  it("leaves out what was not sent, and has null for what was deleted", async () => {
    const bodies = await Promise.all(
      [{}, { saidWords: null }].map((json) => succeed(send("POST", "/authors/c/notes", json))),
    );
    expect(
      bodies.map((body) => Object.entries(body as object).filter(([name]) => name === "saidWords")),
    )
      .toEqual([[], [["saidWords", null]]]);
  });

  it("has the tag of the query at its location, if there are several", async () => {
    const page = { name: "p 1/%", version: 7, shown_at: "2010-01-01T00:00:00Z", words: "x" };
    const response = await send("POST", "/pages", page);
    expect([response.status, await response.json()]).toEqual([201, { applied: true, version: 7 }]);
    expect(response.headers.get("etag")).toBe('"7"');
    expect(pathIn(response)).toBe("/pages/p%201%2F%25");
    expect(await succeed(read(pathIn(response)))).toMatchObject({ name: page.name, edition: 7 });
  });

  it("has no location that leads elsewhere", async () => {
    for (const name of [".", ".."]) {
      const page = { name, version: 1, shown_at: "2010-01-01T00:00:00Z", words: "x" };
      const response = await send("POST", "/pages", page);
      expect([response.status, response.headers.get("location")]).toEqual([201, null]);
      await response.body?.cancel();
    }
  });

  it("has a location of values of any scalar type", async () => {
    const count = { name: "é", n: "9007199254740993", at: "01:02:03.5", flag: true, bytes: "+/8=" };
    const response = await send("POST", "/counts", count);
    expect([response.status, await response.text()]).toEqual([201, ""]);
    expect(await succeed(read(pathIn(response)))).toEqual({ name: "é" });
  });

  it("has a location as its query reads it: bytes in another encoding, and minus zero", async () => {
    for (
      const [digest, weight, path] of [["+/8=", "-0.0", "fbff/-0.0"], [
        "AA==",
        "1e21",
        "00/1e%2B21",
      ]]
    ) {
      const body = `{"digest":"${digest}","weight":${weight},"words":"${path}"}`;
      const headers = { "content-type": "application/json" };
      const response = await service.request("/chunks", {
        user: null,
        method: "POST",
        body,
        headers,
      });
      expect([response.status, await response.text()]).toEqual([201, ""]);
      expect(pathIn(response)).toBe(`/chunks/${path}`);
      expect(await succeed(read(pathIn(response)))).toEqual({ words: path });
    }
  });

  it("has no location that its query would refuse", async () => {
    const response = await send("POST", "/chunks", { digest: "AA==", weight: 1e31, words: "x" });
    expect([response.status, await response.text()]).toEqual([201, ""]);
    expect(response.headers.get("location")).toBe(null);
  });

  it("has no location that proxies have no room for", async () => {
    const shown_at = "2010-01-01T00:00:00Z";
    for (const [count, has] of [[480, true], [500, false]] as const) {
      const page = { name: "é".repeat(count), version: 1, shown_at, words: "x" };
      const response = await send("POST", "/pages", page);
      expect([count, response.status]).toEqual([count, 201]);
      expect([count, response.headers.has("location")]).toEqual([count, has]);
      await response.body?.cancel();
    }
  });

  it("returns what it stored with 200, and the tag, without a location", async () => {
    const response = await send("PUT", "/pages/q", { version: 3, words: "x" });
    expect([response.status, await response.json()]).toEqual([200, { version: 3 }]);
    expect([response.headers.get("etag"), response.headers.get("location")]).toEqual(['"3"', null]);
  });

  it("has no tag if the query cannot know it", async () => {
    const [id, version] = [crypto.randomUUID(), "50554d6e-29bb-11e5-b345-feff819cdc9f"];
    for (
      const [method, path, json] of [
        ["PATCH", `/authors/d/notes/${id}`, { words: "x" }],
        ["POST", `/authors/d/notes/${id}/past`, { version, at: 1 }],
        ["POST", "/authors/d/versions", { version, one: id, other: id }],
        ["PUT", "/pages/r/time", { version: 1, shown_at: "2010-01-01T00:00:00Z" }],
      ] as const
    ) {
      const response = await send(method, path, json);
      expect([path, response.status, response.headers.get("etag")]).toEqual([path, 204, null]);
    }
    const known = await send("PATCH", `/authors/d/notes/${id}`, { words: "x", version });
    expect([known.status, known.headers.get("etag")]).toEqual([204, `"${version}"`]);
    const listed = await send("POST", `/authors/d/notes/${id}/versions`, { version });
    expect([listed.status, listed.headers.get("etag")]).toEqual([204, `"${version}"`]);
  });

  it("reports the values of each line with @bulk returning", async () => {
    const lines = [{ saidWords: "a" }, { saidWords: 1 }, { saidWords: "c" }];
    const response = await send("POST", "/authors/e/notes", lines);
    expect([response.status, response.headers.get("etag"), response.headers.get("location")])
      .toEqual([200, null, null]);
    const report = (await response.text()).trim().split("\n").map((line) => JSON.parse(line))
      .sort((one, other) => (one.line ?? 9) - (other.line ?? 9));
    const written = (words: string) => ({
      noteId: expect.any(String),
      version: expect.any(String),
      saidWords: words,
      seconds: 600,
    });
    expect(report).toEqual([
      { line: 1, written: written("a") },
      expect.objectContaining({ line: 2, code: "invalid_input" }),
      { line: 3, written: written("c") },
      { summary: { read: 3, written: 2, failed: 1 } },
    ]);
    const { rows } = await service.client.execute(
      "SELECT note_id, words FROM notes WHERE author = 'e'",
    );
    expect(rows.map(({ note_id, words }) => `${note_id} ${words}`).sort())
      .toEqual(
        [report[0], report[2]].map(({ written }) => `${written.noteId} ${written.saidWords}`)
          .sort(),
      );
  });

  it("stops an upload whose report is full", async () => {
    const body = JSON.stringify({ saidWords: "w".repeat(4000) });
    const response = await service.request("/authors/f/notes", {
      user: null,
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: `${body}\n`.repeat(3000),
    });
    const lines = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
    const { summary } = lines.at(-1);
    expect(summary.stopped).toBe("the report is full: send the rest in another request");
    expect(summary.written).toBe(summary.read);
    expect(lines.length - 1).toBe(summary.written);
    expect(summary.written).toBeGreaterThan(900);
    expect(summary.written).toBeLessThan(3000);
  });

  it("is in the OpenAPI document", async () => {
    const { paths } = await succeed<Document>(read("/openapi.json"));
    const headersOf = (path: string, method: string, status: number) =>
      Object.keys(paths[path]![method]!.responses[status]!.headers ?? {});
    expect(headersOf("/authors/{author}/notes", "post", 201)).toEqual(["Location", "ETag"]);
    expect(headersOf("/authors/{author}/notes/{note_id}", "put", 200)).toEqual(["ETag"]);
    expect(headersOf("/pages/{name}", "put", 200)).toEqual(["ETag"]);
    expect(headersOf("/pages/{name}/time", "put", 204)).toEqual([]);
    const report = paths["/authors/{author}/notes"]!.post!.responses[200]!;
    expect(report.description).toContain("each line, and a summary");
  });
});

/** What the examples of the documentation write to. */
const TABLES = `
CREATE TABLE notes_by_station (tenant_id text, station_id text, written_at timestamp, note_id uuid,
  words text, PRIMARY KEY ((tenant_id, station_id), written_at, note_id));
CREATE TABLE notes_by_day (tenant_id text, day date, written_at timestamp, note_id uuid,
  station_id text, words text, PRIMARY KEY ((tenant_id, day), written_at, note_id));
CREATE TABLE notes (tenant_id text, station_id text, note_id uuid, words text,
  PRIMARY KEY ((tenant_id, station_id), note_id));
CREATE TABLE observations (tenant_id text, station_id text, month text, observed_at timestamp,
  temperature double, PRIMARY KEY ((tenant_id, station_id, month), observed_at));
`;

describe("The examples of the documentation", () => {
  let service: OwnService;
  before(async () => {
    const page = await Deno.readTextFile(new URL("../../docs/query-files.md", import.meta.url));
    const blocks = [...page.matchAll(/^```sql\n(-- name:.*?)^```$/gms)].map(([, text]) => text!);
    const own = blocks.filter((text) => /^-- name: (add_note|keep_reading|get_note) /m.test(text));
    expect(own).toHaveLength(3);
    // Two sections have a route of their own at this path.
    const queries = own.join("\n").replace("/notes\n", "/dated-notes\n");
    service = await startOwnService({ migration: TABLES, queries });
  });
  after(() => service?.[Symbol.asyncDispose]());

  const send = (method: string, path: string, json: unknown) =>
    service.request(path, { method, json });

  it("add a note to two tables, with one id", async () => {
    const body = await succeed<Record<string, string>>(
      send("POST", "/stations/hill/dated-notes", { words: "Snow" }),
    );
    expect(Object.keys(body).sort()).toEqual(["day", "note_id", "written_at"]);
    expect(body.day).toBe(body.written_at!.slice(0, 10));
    for (const table of ["notes_by_station", "notes_by_day"]) {
      const { rows } = await service.client.execute(`SELECT note_id FROM ${table}`);
      expect(rows.map(({ note_id }) => String(note_id))).toEqual([body.note_id]);
    }
  });

  it("return what was stored", async () => {
    const path = "/stations/hill/readings/2010-01-31T23:00:00Z";
    expect(await succeed(send("PUT", path, { temperature: 1 })))
      .toEqual({ month: "2010-01", keep_seconds: 86400 });
  });

  it("point to what was created", async () => {
    const response = await send("POST", "/stations/hill/notes", { words: "Ice" });
    expect(response.status).toBe(201);
    await response.body?.cancel();
    expect(await succeed(service.request(response.headers.get("location")!)))
      .toEqual({ words: "Ice" });
  });
});

interface Document {
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly responses: Record<
          string,
          { readonly description: string; readonly headers?: Record<string, unknown> }
        >;
      }
    >
  >;
}
