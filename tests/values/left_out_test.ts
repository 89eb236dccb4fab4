/**
 * What a body may leave out: `@optional`, `absent=null`, and bodies that would write nothing.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE notes (id int PRIMARY KEY, title text, body text, labels set<text>, log list<text>,
  version timeuuid);
CREATE TABLE titles (title_id int PRIMARY KEY, title text, body text);
CREATE TYPE seen (place text, at timestamp);
CREATE TABLE sightings (id int PRIMARY KEY, day int, at timestamp, note text, seen frozen<seen>);
CREATE TABLE counts (id int PRIMARY KEY, hits counter, errors counter);
`,
  queries: `
-- @scope stations:read

-- name: get_note :one
-- @route GET /notes/{id}
SELECT title, body, labels, log FROM notes WHERE id = :id;

-- name: create_note :applied
-- @route POST /notes
-- @scope stations:write
-- @optional
INSERT INTO notes (id, title, body, labels) VALUES (:id, :title, :body, :labels) IF NOT EXISTS;

-- name: change_note :exec
-- @route PATCH /notes/{id}
-- @scope stations:write
-- @optional
UPDATE notes SET title = :title, body = :body, labels = labels + :labels WHERE id = :id;

-- name: change_ends :exec
-- @route PATCH /notes/{id}/ends
-- @scope stations:write
-- @param title? in body
-- @param front? in body
-- @param taken? in body
UPDATE notes SET title = :title, log = :front + log, labels = labels - :taken WHERE id = :id;

-- name: replace_note :exec
-- @route PUT /notes/{id}
-- @scope stations:write
-- @optional except title absent=null
UPDATE notes SET title = :title, body = :body, labels = :labels, log = :log WHERE id = :id;

-- name: replace_body :exec
-- @route PUT /notes/{id}/body
-- @scope stations:write
-- @bulk
-- @param body? in body absent=null
-- @param title? in body
UPDATE notes SET body = :body, title = :title WHERE id = :id;

-- name: mark_note :exec
-- @route PATCH /notes/{id}/marks
-- @scope stations:write
-- @optional
UPDATE notes SET version = now(), title = :title, body = :body WHERE id = :id;

-- name: touch_note :exec
-- @route PATCH /notes/{id}/touches
-- @scope stations:write
-- @param title? in body
UPDATE notes SET version = now(), title = :title WHERE id = :id;

-- name: rename_note :exec
-- @route PATCH /notes/{id}/names
-- @scope stations:write
-- @param title? in body as=noteTitle
UPDATE notes SET title = :title WHERE id = :id;

-- name: compare_note :applied
-- @route PATCH /notes/{id}/compared
-- @scope stations:write
-- @optional
UPDATE notes SET body = :body WHERE id = :id IF title = :title;

-- name: change_both :exec
-- @route PATCH /both/{id}
-- @scope stations:write
-- @optional
BEGIN BATCH
  UPDATE notes SET title = :title, body = :body WHERE id = :id;
  UPDATE titles SET title = :title, body = :body WHERE title_id = :id;
APPLY BATCH;

-- name: change_many :exec
-- @route POST /changes
-- @scope stations:write
-- @bulk
-- @optional
UPDATE notes SET title = :title, body = :body WHERE id = :id;

-- name: count :exec
-- @route PATCH /counts/{id}
-- @scope stations:write
-- @optional
UPDATE counts SET hits = hits + :hits, errors = errors - :errors WHERE id = :id;

-- name: get_sighting :one
-- @route GET /sightings/{id}
SELECT day, at, note FROM sightings WHERE id = :id;

-- name: change_sighting :exec
-- @route PATCH /sightings/{id}
-- @scope stations:write
-- @param day in bucket:at by=day number=count
-- @optional
UPDATE sightings SET day = :day, at = :at, note = :note WHERE id = :id;

-- name: see :exec
-- @route PUT /sightings/{id}/seen
-- @scope stations:write
-- @param day in bucket:at by=day number=count
UPDATE sightings SET seen = {place: :place, at: :at}, day = :day WHERE id = :id;

-- name: see_again :applied
-- @route PUT /sightings/{id}/note
-- @scope stations:write
-- @param day in bucket:at by=day number=count
UPDATE sightings SET day = :day, note = :note WHERE id = :id IF at = :at;
`,
};

interface Problem {
  readonly code: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

describe("What a body leaves out", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
  });
  after(() => service?.[Symbol.asyncDispose]());

  const send = (method: string, path: string, json: unknown) =>
    service.request(path, { method, json });
  const read = (id: number) => succeed(service.request(`/notes/${id}`));

  async function refusal(method: string, path: string, json: unknown) {
    const [status, problem] = await answer(send(method, path, json));
    return [status, (problem as Problem).errors];
  }

  const FULL = { title: "t", body: "b", labels: ["x"], log: ["1"] };

  it("stays as it is with @optional, and is deleted where the body says null", async () => {
    await succeed(send("PUT", "/notes/1", FULL));
    await succeed(send("PATCH", "/notes/1", { body: "new" }));
    expect(await read(1)).toEqual({ ...FULL, body: "new" });
    await succeed(send("PATCH", "/notes/1", { body: null, labels: ["y"] }));
    expect(await read(1)).toEqual({ ...FULL, body: null, labels: ["x", "y"] });
  });

  it("is deleted with absent=null, collections too", async () => {
    await succeed(send("PUT", "/notes/2", FULL));
    await succeed(send("PUT", "/notes/2", { title: "only" }));
    expect(await read(2)).toEqual({ title: "only", body: null, labels: null, log: null });
  });

  it("must be sent where @optional excepts it", async () => {
    expect(await refusal("PUT", "/notes/3", { body: "b" })).toEqual([
      422,
      [{ pointer: "/body/title", detail: "Required" }],
    ]);
  });

  it("never includes what an IF compares with", async () => {
    expect(await refusal("PATCH", "/notes/3/compared", { body: "b" })).toEqual([
      422,
      [{ pointer: "/body/title", detail: "Required" }],
    ]);
    const [status] = await refusal("PATCH", "/notes/3/compared", { title: "t" });
    expect(status).toBe(422);
  });

  it("is a row with nothing but its key for an INSERT", async () => {
    await succeed(send("POST", "/notes", { id: 4 }));
    expect(await read(4)).toEqual({ title: null, body: null, labels: null, log: null });
    expect(await refusal("POST", "/notes", {})).toEqual([
      422,
      [{ pointer: "/body/id", detail: "Required" }],
    ]);
  });

  for (
    const [path, detail] of [
      ["/notes/5", 'Nothing to write: send at least one of "title", "body", "labels"'],
      ["/notes/5/marks", 'Nothing to write: send at least one of "title", "body"'],
      ["/notes/5/names", 'Nothing to write: send "noteTitle"'],
      ["/both/5", 'Nothing to write: send at least one of "title", "body"'],
    ] as const
  ) {
    it(`is 422 for PATCH ${path} if nothing is left`, async () => {
      expect(await refusal("PATCH", path, {})).toEqual([422, [{ pointer: "/body", detail }]]);
      const found = await service.client.execute("SELECT id FROM notes WHERE id = 5");
      expect(found.rowLength).toBe(0);
    });
  }

  it("may be everything where a constant is written without @optional", async () => {
    await succeed(send("PATCH", "/notes/6/touches", {}));
    expect(await read(6)).toMatchObject({ title: null });
  });

  it("counts as something to write where it is deleted", async () => {
    await succeed(send("PUT", "/notes/7", FULL));
    await succeed(send("PUT", "/notes/7/body", {}));
    expect(await read(7)).toEqual({ ...FULL, body: null });
    await succeed(send("PUT", "/notes/7/body", [{ body: "one" }, { title: "two" }]));
    expect(await read(7)).toMatchObject({ title: "two" });
  });

  it("keeps the tables of a batch in step", async () => {
    await succeed(send("PATCH", "/both/8", { title: "t", body: "b" }));
    await succeed(send("PATCH", "/both/8", { body: null }));
    const { rows } = await service.client.execute("SELECT title, body FROM titles");
    expect(rows.map(({ title, body }) => [title, body])).toEqual([["t", null]]);
    expect(await read(8)).toMatchObject({ title: "t", body: null });
  });

  it("leaves a counter as it is, which null cannot delete", async () => {
    await succeed(send("PATCH", "/counts/12", { hits: "2" }));
    await succeed(send("PATCH", "/counts/12", { errors: "-1" }));
    for (
      const [name, sent] of [["hits", { hits: null }], ["errors", { hits: "1", errors: null }]]
    ) {
      const [status, errors] = await refusal("PATCH", "/counts/12", sent);
      expect([status, errors]).toMatchObject([422, [{ pointer: `/body/${name}` }]]);
    }
    expect(await refusal("PATCH", "/counts/12", {})).toEqual([
      422,
      [{ pointer: "/body", detail: 'Nothing to write: send at least one of "hits", "errors"' }],
    ]);
    const { rows } = await service.client.execute("SELECT hits, errors FROM counts WHERE id = 12");
    expect(rows.map(({ hits, errors }) => [String(hits), String(errors)])).toEqual([["2", "1"]]);
  });

  it("is not deleted where a collection only grows or shrinks, which null would not change", async () => {
    await succeed(send("PUT", "/notes/13", FULL));
    for (
      const [name, sent] of Object.entries({
        labels: { labels: null },
        front: { front: null },
        taken: { title: "new", taken: null },
      })
    ) {
      const path = name === "labels" ? "/notes/13" : "/notes/13/ends";
      const [status, errors] = await refusal("PATCH", path, sent);
      expect([status, errors]).toMatchObject([422, [{ pointer: `/body/${name}` }]]);
    }
    expect(await read(13)).toEqual(FULL);
    await succeed(send("PATCH", "/notes/13/ends", { front: ["0"] }));
    expect(await read(13)).toEqual({ ...FULL, log: ["0", "1"] });
  });

  it("is reported for the line of an upload that would write nothing", async () => {
    const lines = [{ id: 9, title: "t" }, { id: 10 }, { id: 11, body: null }];
    const response = await service.request("/changes", { method: "POST", json: lines });
    const report = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
    expect(report).toMatchObject([
      { line: 2, code: "invalid_input", errors: [{ pointer: "/body" }] },
      { summary: { read: 3, written: 2, failed: 1 } },
    ]);
  });

  it("is documented", async () => {
    const { components } = await succeed<
      { components: { schemas: Record<string, Record<string, unknown>> } }
    >(service.request("/openapi.json"));
    const schemaOf = (name: string) => components.schemas[name];
    expect(schemaOf("ChangeNoteBody")).toMatchObject({
      minProperties: 1,
      description: "Needs at least one of `title`, `body`, `labels`",
    });
    expect(schemaOf("ChangeNoteBody")).not.toHaveProperty("required");
    expect(schemaOf("ChangeManyBody")).toMatchObject({ minProperties: 2, required: ["id"] });
    expect(schemaOf("CreateNoteBody")).toMatchObject({ required: ["id"] });
    expect(schemaOf("CreateNoteBody")).not.toHaveProperty("minProperties");
    const typeOf = (schema: string, name: string) =>
      (schemaOf(schema)?.properties as Record<string, { type: string | string[] }>)[name]?.type;
    expect(typeOf("ChangeNoteBody", "title")).toEqual(["string", "null"]);
    expect([typeOf("CountBody", "hits")].flat()).not.toContain("null");
    expect(typeOf("ChangeNoteBody", "labels")).toBe("array");
    expect(schemaOf("ReplaceNoteBody")).toMatchObject({
      required: ["title"],
      properties: {
        body: { description: "Text. If it is left out, the value of the column is deleted" },
      },
    });
  });

  it("cannot be the time that a bucket follows from, nor can that be null", async () => {
    const put = (path: string, json: unknown) =>
      service.request(path, { method: path.endsWith("/1") ? "PATCH" : "PUT", json });
    const first = { at: "1970-01-11T00:00:00.000Z", note: "x" };
    await succeed(put("/sightings/1", first));
    for (const body of [{ note: "y" }, { at: null, note: "y" }]) {
      for (const path of ["/sightings/1", "/sightings/1/seen", "/sightings/1/note"]) {
        const json = path.endsWith("/seen") ? { at: body.at, place: "z" } : body;
        expect(await answer(put(path, json))).toMatchObject([422, {
          errors: [{ pointer: "/body/at" }],
        }]);
      }
    }
    await succeed(put("/sightings/1", { at: first.at }));
    expect(await succeed(service.request("/sightings/1"))).toEqual({ day: 10, ...first });
  });
});
