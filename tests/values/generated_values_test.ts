/**
 * Values that the service makes, over HTTP: they are the same wherever their marker stands, the caller
 * learns them, and never chooses them.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";
import { problemOf } from "../support/harness.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const CQL = {
  migration: `
CREATE TABLE videos (video_id uuid PRIMARY KEY, name text, added_at timestamp, version timeuuid);
CREATE TABLE videos_by_day (
  day date, month text, added_at timestamp, video_id uuid, name text,
  PRIMARY KEY (day, added_at, video_id)
);
CREATE TABLE visits (day date, visitor text, PRIMARY KEY (day, visitor));
CREATE TABLE events (kind text, day text, event_id timeuuid, words text,
  PRIMARY KEY ((kind, day), event_id));
`,
  queries: `
-- name: add_video :exec
-- @route POST /videos
-- @public
-- @bulk
-- @param video_id in generated:uuid
-- @param added_at in generated:now
-- @param day in generated:date
-- @param month in bucket:added_at by=month
-- @param year in bucket:day by=year
BEGIN BATCH
  INSERT INTO videos (video_id, name, added_at) VALUES (:video_id, :name, :added_at);
  INSERT INTO videos_by_day (day, month, added_at, video_id, name)
  VALUES (:day, :month, :added_at, :video_id, :name);
  INSERT INTO events (kind, day, event_id, words)
  VALUES ('added', :year, 50554d6e-29bb-11e5-b345-feff819cdc9f, :name);
APPLY BATCH;

-- name: register_video :applied
-- @route POST /registered-videos
-- @public
-- @param video_id in generated:uuid
-- @param version in generated:timeuuid
INSERT INTO videos (video_id, name, version) VALUES (:video_id, :name, :version) IF NOT EXISTS;

-- name: rename_video :exec
-- @route PUT /videos/{video_id}
-- @public
-- @param version in generated:timeuuid
UPDATE videos SET name = :name, version = :version WHERE video_id = :video_id;

-- name: rename_silently :exec
-- @route PATCH /videos/{video_id}
-- @public
-- @status 204
-- @param version in generated:timeuuid
UPDATE videos SET name = :name, version = :version WHERE video_id = :video_id;

-- name: date_event :exec
-- @route POST /dated-events
-- @public
-- @param event_id in generated:timeuuid
-- @param day in bucket:event_id by=day
INSERT INTO events (kind, day, event_id, words) VALUES (:kind, :day, :event_id, :words);

-- name: record_visit :exec
-- @route POST /visits
-- @public
-- @bulk returning
-- @param day in bucket:now by=day
INSERT INTO visits (day, visitor) VALUES (:day, :visitor);

-- name: record_first_visit :applied
-- @route POST /first-visits
-- @public
-- @param day in bucket:now by=day
INSERT INTO visits (day, visitor) VALUES (:day, :visitor) IF NOT EXISTS;

-- name: forget_visit :exec
-- @route DELETE /visits/{visitor}
-- @public
-- @param day in bucket:now by=day
DELETE FROM visits WHERE day = :day AND visitor = :visitor;

-- name: record_event :exec
-- @route POST /events
-- @public
-- @status 202
-- @bulk
-- @param event_id in generated:timeuuid
INSERT INTO events (kind, day, event_id, words) VALUES (:kind, :day, :event_id, :words);
`,
};

describe("Generated values", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL, { routes: ["calls/register_videos"] });
  });
  after(() => service?.[Symbol.asyncDispose]());

  const send = (method: string, path: string, json: unknown) =>
    service.request(path, { user: null, method, json });
  const rows = async (cql: string) => (await service.client.execute(cql)).rows;

  it("are the same in all tables of a batch, and are the answer to a POST", async () => {
    const before = Date.now();
    const [status, body] = await answer(send("POST", "/videos", { name: "Cats" }));
    expect([status, body]).toEqual([201, {
      video_id: expect.stringMatching(UUID),
      added_at: expect.any(String),
      day: expect.any(String),
      month: expect.any(String),
      year: expect.any(String),
    }]);
    const { video_id, added_at, day, month, year } = body as Record<string, string>;
    const at = Date.parse(added_at!);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
    expect([day, month, year]).toEqual([10, 7, 4].map((length) => added_at!.slice(0, length)));
    const [video] = await rows(`SELECT * FROM videos WHERE video_id = ${video_id}`);
    expect([video!.name, video!.added_at]).toEqual(["Cats", new Date(at)]);
    const [listed] = await rows(
      `SELECT * FROM videos_by_day WHERE day = '${day}' AND added_at = '${added_at}'`,
    );
    expect([String(listed!.video_id), listed!.month]).toEqual([video_id, month]);
  });

  it("are never the caller's to choose", async () => {
    const response = await send("POST", "/videos", {
      name: "Cats",
      video_id: crypto.randomUUID(),
      month: "2010-01",
    });
    expect((await problemOf(response)).errors?.map(({ pointer }) => pointer))
      .toEqual(["/body/video_id", "/body/month"]);
    const query = await send("POST", `/videos?video_id=${crypto.randomUUID()}`, { name: "Cats" });
    expect((await problemOf(query)).errors?.map(({ pointer }) => pointer))
      .toEqual(["/query/video_id"]);
  });

  it("differ from request to request", async () => {
    const all = await Promise.all(
      Array.from({ length: 50 }, () =>
        succeed<{ video_id: string; version: string }>(
          send("POST", "/registered-videos", { name: "Dogs" }),
        )),
    );
    expect(new Set(all.map(({ video_id }) => video_id)).size).toBe(50);
    expect(new Set(all.map(({ version }) => version)).size).toBe(50);
  });

  it("stand beside applied", async () => {
    expect(await answer(send("POST", "/registered-videos", { name: "Dogs" }))).toEqual([201, {
      applied: true,
      video_id: expect.stringMatching(UUID),
      version: expect.stringMatching(/^.{14}1/),
    }]);
  });

  it("are answered with 200 where nothing is created", async () => {
    const path = `/videos/${crypto.randomUUID()}`;
    const [status, body] = await answer(send("PUT", path, { name: "Birds" }));
    const [row] = await rows(`SELECT version FROM videos WHERE video_id = ${path.slice(8)}`);
    expect([status, body]).toEqual([200, { version: String(row!.version) }]);
  });

  it("are not answered with 204", async () => {
    const path = `/videos/${crypto.randomUUID()}`;
    expect(await answer(send("PATCH", path, { name: "Birds" }))).toEqual([204, null]);
  });

  it("are answered with the status that @status names", async () => {
    const event = { kind: "seen", day: "1", words: "Hello" };
    expect(await answer(send("POST", "/events", event))).toEqual([202, {
      event_id: expect.any(String),
    }]);
  });

  it("have the bucket that a generated timeuuid falls into", async () => {
    const { event_id, day } = await succeed<Record<string, string>>(
      send("POST", "/dated-events", { kind: "dated", words: "Hello" }),
    );
    const [row] = await rows(
      `SELECT toDate(event_id) AS day FROM events WHERE kind = 'dated' AND day = '${day}' AND event_id = ${event_id}`,
    );
    expect(String(row!.day)).toBe(day);
  });

  describe("that are the bucket of the request's own time", () => {
    const TODAY = /^\d{4}-\d\d-\d\d$/;
    const stored = async (visitor: string) =>
      (await rows("SELECT day, visitor FROM visits")).filter((row) => row.visitor === visitor)
        .map(({ day }) => String(day));

    it("are the answer to a write that makes nothing else", async () => {
      const [status, body] = await answer(send("POST", "/visits", { visitor: "alone" }));
      const { day } = body as { day: string };
      expect([status, body]).toEqual([201, { day: expect.stringMatching(TODAY) }]);
      expect(await stored("alone")).toEqual([day]);
      expect(await answer(send("DELETE", "/visits/nobody", undefined))).toEqual([200, {
        day: expect.stringMatching(TODAY),
      }]);
    });

    it("stand beside applied", async () => {
      expect(await answer(send("POST", "/first-visits", { visitor: "first" }))).toEqual([201, {
        applied: true,
        day: expect.stringMatching(TODAY),
      }]);
    });

    it("are in the report of an upload", async () => {
      const response = await send("POST", "/visits", [{ visitor: "line" }]);
      const [line] = (await response.text()).trim().split("\n");
      const [day] = await stored("line");
      expect(line).toContain(`"day":"${day}"`);
    });

    it("are in the OpenAPI document as what is answered", async () => {
      const { paths, components: { schemas } } = await succeed<Document>(
        service.request("/openapi.json", { user: null }),
      );
      const answered = (path: string, method: string, status: number) =>
        schemas[
          paths[path]![method]!.responses[status]!.content["application/json"]!.schema.$ref!
            .split("/").at(-1)!
        ]!;
      expect(answered("/visits", "post", 201).required).toEqual(["day"]);
      expect(answered("/first-visits", "post", 201).required).toEqual(["applied", "day"]);
      expect(answered("/visits/{visitor}", "delete", 200).required).toEqual(["day"]);
    });
  });

  it("are made for each line of an upload, in the order of the lines", async () => {
    const events = Array.from({ length: 250 }, (_, index) => ({
      kind: "bulk",
      day: "1",
      words: String(index),
    }));
    const response = await send("POST", "/events", events);
    expect([response.status, await response.text()])
      .toEqual([200, '{"summary":{"read":250,"written":250,"failed":0}}\n']);
    const stored = await rows("SELECT words FROM events WHERE kind = 'bulk' AND day = '1'");
    expect(stored.map(({ words }) => words)).toEqual(events.map(({ words }) => words));
  });

  it("are the same in all tables for each line of an upload", async () => {
    const name = crypto.randomUUID();
    const report = await (await send("POST", "/videos", [{ name }, { name }, { name }])).text();
    expect(report).toBe('{"summary":{"read":3,"written":3,"failed":0}}\n');
    const ids = async (table: string) =>
      (await rows(`SELECT video_id, name FROM ${table}`)).filter((row) => row.name === name)
        .map(({ video_id }) => String(video_id)).sort();
    const [all, byDay] = [await ids("videos"), await ids("videos_by_day")];
    expect(new Set(all).size).toBe(3);
    expect(byDay).toEqual(all);
  });

  it("are what a handler learns of the queries that it calls", async () => {
    const { results } = await succeed<{ results: readonly Record<string, unknown>[] }>(
      service.request("/register-videos", { user: null, method: "POST" }),
    );
    expect(results).toEqual([
      expect.objectContaining({ video_id: expect.stringMatching(UUID) }),
      {
        applied: true,
        current: null,
        written: { video_id: expect.stringMatching(UUID), version: expect.any(String) },
      },
      { day: expect.any(String) },
    ]);
    const [row] = await rows(`SELECT name FROM videos WHERE video_id = ${results[0]!.video_id}`);
    expect(row!.name).toBe("By hand");
  });

  it("are in the OpenAPI document as what is answered, and not as what is sent", async () => {
    const { paths, components: { schemas } } = await succeed<Document>(
      service.request("/openapi.json", { user: null }),
    );
    const { requestBody, responses } = paths["/registered-videos"]!.post!;
    const [taken, answered] = [requestBody, responses[201]!].map((each) =>
      schemas[each.content["application/json"]!.schema.$ref!.split("/").at(-1)!]!
    );
    expect(Object.keys(taken!.properties)).toEqual(["name"]);
    expect(answered!.required).toEqual(["applied", "video_id", "version"]);
    expect(answered!.properties.video_id).toMatchObject({ type: "string", format: "uuid" });
    expect(Object.keys(paths["/videos/{video_id}"]!.put!.responses)).toContain("200");
    expect(paths["/videos/{video_id}"]!.patch!.responses[204]!.content).toBe(undefined);
  });
});

interface Media {
  readonly content: Record<string, { readonly schema: { readonly $ref?: string } }>;
}

interface Document {
  readonly paths: Record<
    string,
    Record<string, { readonly requestBody: Media; readonly responses: Record<string, Media> }>
  >;
  readonly components: {
    readonly schemas: Record<
      string,
      { readonly properties: Record<string, unknown>; readonly required: readonly string[] }
    >;
  };
}
