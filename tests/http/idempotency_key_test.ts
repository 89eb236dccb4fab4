/**
 * `Idempotency-Key` over HTTP: a repeated request is carried out once, undoes nothing that came later,
 * and means nothing for anybody else.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type Service, start } from "../../composition/service.ts";
import { readConfig } from "../../config/config.ts";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";
import { problemOf } from "../support/harness.ts";

const CQL = {
  migration: `
CREATE TABLE videos (tenant text, video_id uuid, name text, added_at timestamp, rating int,
  PRIMARY KEY ((tenant), video_id));
CREATE TABLE videos_by_day (day date, added_at timestamp, video_id uuid, name text,
  PRIMARY KEY ((day), added_at, video_id));
CREATE TABLE users (email text PRIMARY KEY, user_id uuid, name text);
CREATE TABLE documents (id text PRIMARY KEY, version timeuuid, words text);
CREATE TABLE events (id timeuuid PRIMARY KEY, words text);
CREATE TABLE orders (order_id uuid PRIMARY KEY, words text);
CREATE TABLE visits (id text PRIMARY KEY, count counter);
CREATE TABLE rooms (room text, message_id timeuuid, words text, topic text static,
  tags list<text>, PRIMARY KEY ((room), message_id));
`,
  queries: `
-- name: add_video :exec
-- @route POST /videos
-- @scope stations:read
-- @param tenant in claim:tenant
-- @param video_id in generated:uuid
-- @param added_at in generated:now
-- @param day in bucket:added_at by=day
-- @param rating? in body
BEGIN BATCH
  INSERT INTO videos (tenant, video_id, name, added_at, rating)
  VALUES (:tenant, :video_id, :name, :added_at, :rating);
  INSERT INTO videos_by_day (day, added_at, video_id, name)
  VALUES (:day, :added_at, :video_id, :name);
APPLY BATCH;

-- name: add_other_video :exec
-- @route POST /other-videos
-- @scope stations:read
-- @param tenant in claim:tenant
-- @param video_id in generated:uuid
INSERT INTO videos (tenant, video_id, name) VALUES (:tenant, :video_id, :name);

-- name: rate_video :exec
-- @route POST /rated-videos
-- @scope stations:read
-- @param tenant in claim:tenant
-- @param video_id in generated:uuid
UPDATE videos SET name = :name WHERE tenant = :tenant AND video_id IN (:video_id);

-- name: rename_video :exec
-- @route PUT /videos/{video_id}
-- @scope stations:read
-- @param tenant in claim:tenant
UPDATE videos SET name = :name WHERE tenant = :tenant AND video_id = :video_id;

-- name: delete_video :exec
-- @route DELETE /videos/{video_id}
-- @scope stations:read
-- @param tenant in claim:tenant
DELETE FROM videos WHERE tenant = :tenant AND video_id = :video_id;

-- name: add_user :applied
-- @route POST /users
-- @scope stations:read
-- @bulk
-- @param user_id in generated:uuid
INSERT INTO users (email, user_id, name) VALUES (:email, :user_id, :name) IF NOT EXISTS;

-- name: register_user :applied
-- @route POST /registrations
-- @scope stations:read
-- @param user_id in generated:uuid
INSERT INTO users (email, user_id, name) VALUES (:email, :user_id, :name) IF NOT EXISTS;

-- name: place_order :applied
-- @route POST /orders
-- @scope stations:read
-- @param order_id in generated:uuid
INSERT INTO orders (order_id, words) VALUES (:order_id, :words) IF NOT EXISTS;

-- name: change_document :applied
-- @route PUT /documents/{id}
-- @scope stations:read
-- @param seen in if-match
-- @param version in generated:timeuuid
UPDATE documents SET version = :version, words = :words WHERE id = :id IF version = :seen;

-- name: load_events :exec
-- @route POST /events
-- @scope stations:read
-- @bulk
-- @param id in generated:timeuuid
INSERT INTO events (id, words) VALUES (:id, :words);

-- name: post_message :exec
-- @route POST /rooms/{room}/messages
-- @scope stations:read
-- @param message_id in generated:timeuuid
INSERT INTO rooms (room, message_id, words) VALUES (:room, :message_id, :words);

-- name: post_topic :exec
-- @route POST /rooms/{room}/topics
-- @scope stations:read
-- @param message_id in generated:timeuuid
INSERT INTO rooms (room, message_id, topic) VALUES (:room, :message_id, :topic);

-- name: tag_message :exec
-- @route POST /rooms/{room}/tags
-- @scope stations:read
-- @param message_id in generated:timeuuid
UPDATE rooms SET tags = tags + :tags WHERE room = :room AND message_id = :message_id;

-- name: put_user :exec
-- @route PUT /users/{email}
-- @scope stations:read
-- @param user_id in generated:uuid
INSERT INTO users (email, user_id, name) VALUES (:email, :user_id, :name);

-- name: touch_user :applied
-- @route PATCH /users/{email}
-- @scope stations:read
-- @param user_id in generated:uuid
UPDATE users SET user_id = :user_id WHERE email = :email IF EXISTS;

-- name: count_visit :exec
-- @route POST /visits/{id}
-- @scope stations:read
UPDATE visits SET count = count + 1 WHERE id = :id;

-- name: add_public_order :applied
-- @route POST /public-orders
-- @public
-- @param order_id in generated:uuid
INSERT INTO orders (order_id, words) VALUES (:order_id, :words) IF NOT EXISTS;

-- name: list_orders :many
-- @route GET /orders
-- @public
SELECT order_id FROM orders;
`,
};

/** A UUID of version 7 with a time relative to now, in milliseconds. */
function keyAt(offsetMs = 0): string {
  const time = (Date.now() + offsetMs).toString(16).padStart(12, "0");
  const random = crypto.randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

describe("Idempotency-Key", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
  });
  after(() => service?.[Symbol.asyncDispose]());

  interface Sent {
    readonly method?: string;
    readonly user?: string | null;
    readonly headers?: Record<string, string>;
    readonly to?: Service;
  }
  const send = (path: string, key: string | null, json: unknown, options: Sent = {}) => {
    const { method = "POST", user = "writer", headers = {}, to = service } = options;
    const keyed = key === null ? {} : { "idempotency-key": key };
    const body = json === undefined ? {} : { json };
    return service.request(`${to.url}${path}`, {
      method,
      user,
      headers: { ...headers, ...keyed },
      ...body,
    });
  };
  const made = <Body = Record<string, string>>(...args: Parameters<typeof send>) =>
    succeed<Body>(send(...args));
  const rows = async (cql: string) => (await service.client.execute(cql)).rows;
  const count = async (table: string) =>
    Number((await rows(`SELECT count(*) FROM ${table}`))[0]!.count);
  const nameOf = async (id: string) =>
    (await rows(`SELECT name FROM videos WHERE tenant = 'acme' AND video_id = ${id}`))[0]?.name;

  describe("where a write has no condition", () => {
    it("makes one row of a repeated request, with one answer", async () => {
      const key = keyAt(-5000);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => answer(send("/videos", key, { name: "Cats", rating: 1 }))),
      );
      const [first] = answers;
      expect(first).toEqual([201, {
        video_id: expect.stringMatching(/^.{14}4.{4}[89ab]/),
        added_at: new Date(parseInt(key.replace("-", "").slice(0, 12), 16)).toISOString(),
        day: expect.any(String),
      }]);
      for (const each of answers) expect(each).toEqual(first);
      expect((await rows("SELECT * FROM videos WHERE name = 'Cats' ALLOW FILTERING")).length).toBe(
        1,
      );
      const listed = "SELECT * FROM videos_by_day WHERE name = 'Cats' ALLOW FILTERING";
      expect((await rows(listed)).length).toBe(1);
    });

    it("finds the id in a list of one", async () => {
      const key = keyAt();
      const { video_id } = await made("/rated-videos", key, { name: "Rated" });
      expect(await made("/rated-videos", key, { name: "Rated" })).toEqual({ video_id });
      expect(await nameOf(video_id!)).toBe("Rated");
    });

    it("writes as of the time of the key", async () => {
      const key = keyAt(-60_000);
      const { video_id } = await made("/videos", key, { name: "Old" });
      const [row] = await rows(
        `SELECT writetime(name) AS at FROM videos WHERE tenant = 'acme' AND video_id = ${video_id}`,
      );
      expect(Number(row!.at)).toBe(parseInt(key.replace("-", "").slice(0, 12), 16) * 1000);
    });

    it("undoes no later change", async () => {
      const key = keyAt();
      const { video_id } = await made("/videos", key, { name: "First" });
      await made(`/videos/${video_id}`, null, { name: "Second" }, { method: "PUT" });
      expect(await made("/videos", key, { name: "First" })).toMatchObject({ video_id });
      expect(await nameOf(video_id!)).toBe("Second");
    });

    it("brings back no deleted row", async () => {
      const key = keyAt();
      const { video_id } = await made("/videos", key, { name: "Gone" });
      await made(`/videos/${video_id}`, null, undefined, { method: "DELETE" });
      expect(await made("/videos", key, { name: "Gone" })).toMatchObject({ video_id });
      expect(await nameOf(video_id!)).toBe(undefined);
    });

    it("hides no change that follows a key of a clock that is ahead", async () => {
      const { video_id } = await made("/videos", keyAt(800), { name: "First" });
      await made(`/videos/${video_id}`, null, { name: "Second" }, { method: "PUT" });
      expect(await nameOf(video_id!)).toBe("Second");
    });

    it("keeps the order of the lines of an upload, and writes each once", async () => {
      const key = keyAt();
      const lines = Array.from({ length: 120 }, (_, index) => ({ words: `line ${index}` }));
      for (let time = 0; time < 2; time++) {
        const report = await (await send("/events", key, lines)).text();
        expect(report).toBe('{"summary":{"read":120,"written":120,"failed":0}}\n');
      }
      const stored = (await rows("SELECT toTimestamp(id) AS at, id, words FROM events"))
        .sort((one, other) =>
          Number(one.id.getDatePrecision().ticks - other.id.getDatePrecision().ticks)
        );
      expect(stored.map(({ words }) => words)).toEqual(lines.map(({ words }) => words));
    });

    it("takes lines in another order for other lines", async () => {
      const key = keyAt();
      const before = await count("events");
      for (const lines of [[{ words: "a" }, { words: "b" }], [{ words: "b" }, { words: "a" }]]) {
        expect(await (await send("/events", key, lines)).text()).toContain('"written":2');
      }
      expect(await count("events")).toBe(before + 4);
    });
  });

  describe("where a write has a condition", () => {
    it("answers a repetition as the first request, if the row has an id of its own", async () => {
      const key = crypto.randomUUID();
      const first = await answer(send("/orders", key, { words: "Tea" }));
      expect(first).toEqual([201, { applied: true, order_id: expect.any(String) }]);
      expect(await answer(send("/orders", key, { words: "Tea" }))).toEqual(first);
    });

    it("answers a repetition as the first request, if the id is in the row", async () => {
      const key = "a-key-of-the-client";
      const user = { email: "a@example.com", name: "A" };
      const first = await answer(send("/registrations", key, user));
      expect(first).toEqual([201, { applied: true, user_id: expect.any(String) }]);
      expect(await answer(send("/registrations", `"${key}"`, user))).toEqual(first);
    });

    it("is not a replay if somebody else made the row", async () => {
      const user = { email: "b@example.com", name: "B" };
      await made("/registrations", "b", user);
      for (
        const [key, name, options] of [
          ["b", "Other", {}],
          ["c", "B", {}],
          ["b", "B", { user: "reader" }],
          [null, "B", {}],
        ] as const
      ) {
        const response = await send("/registrations", key, { ...user, name }, options);
        expect((await problemOf(response)).code).toBe("not_applied");
      }
    });

    it("answers a repeated change of a version as the first", async () => {
      const seen = "50554d6e-29bb-11e5-b345-feff819cdc9f";
      await rows(`INSERT INTO documents (id, version) VALUES ('d', ${seen})`);
      const key = keyAt();
      const headers = { "if-match": `"${seen}"` };
      const change = () =>
        answer(send("/documents/d", key, { words: "New" }, { method: "PUT", headers }));
      const first = await change();
      expect(first).toEqual([200, { applied: true, version: expect.any(String) }]);
      expect(await change()).toEqual(first);
      const stale = await send("/documents/d", keyAt(), { words: "New" }, {
        method: "PUT",
        headers,
      });
      expect((await problemOf(stale)).code).toBe("precondition_failed");
    });

    it("answers the lines of a repeated upload as written", async () => {
      const key = keyAt();
      const lines = ["x", "y"].map((name) => ({ email: `${name}@example.com`, name }));
      const done = '{"summary":{"read":2,"written":2,"failed":0}}\n';
      expect(await (await send("/users", key, lines)).text()).toBe(done);
      expect(await (await send("/users", key, lines)).text()).toBe(done);
      expect(await (await send("/users", keyAt(), lines)).text()).toContain('"failed":2');
      // In another order the same lines are others.
      expect(await (await send("/users", key, lines.toReversed())).text()).toContain('"failed":2');
    });
  });

  describe("for whom and what it holds", () => {
    it("gives another caller, payload or route another id", async () => {
      const key = keyAt();
      const ids = await Promise.all([
        made("/videos", key, { name: "Same" }),
        made("/videos", key, { name: "Same", rating: null }),
        made("/videos", key, { name: "Same", rating: 1 }),
        made("/videos", key, { name: "same" }),
        made("/videos", key, { name: "Same" }, { user: "reader" }),
        made("/other-videos", key, { name: "Same" }),
        made("/videos", keyAt(), { name: "Same" }),
        made("/videos", null, { name: "Same" }),
      ]);
      expect(new Set(ids.map(({ video_id }) => video_id)).size).toBe(ids.length);
    });

    it("does not depend on the layout of the JSON", async () => {
      const key = keyAt();
      const bodies = ['{"name":"L","rating":1}', ' { "rating" : 1, "name" : "\\u004c" } '];
      const ids = await Promise.all(bodies.map(async (body) => {
        const response = service.request("/videos", {
          method: "POST",
          body,
          headers: { "content-type": "application/json", "idempotency-key": key },
        });
        return (await succeed<{ video_id: string }>(response)).video_id;
      }));
      expect(ids[0]).toBe(ids[1]);
    });

    it("holds on every replica that has the secret, and while it is rotated", async () => {
      const { IDEMPOTENCY_SECRET: old } = service.env;
      const next = crypto.getRandomValues(new Uint8Array(32)).toBase64();
      const from = (ms: number) => new Date(Date.now() + ms).toISOString();
      const key = keyAt(-2000);
      const bare = crypto.randomUUID();
      const user = { email: `${bare}@example.com`, name: "R" };
      const video = await made("/videos", key, { name: "R" });
      const registered = await made("/registrations", bare, user);
      const cases = [
        [`${next}@${from(60_000)},${old}`, true],
        [`${next}@${from(-1000)},${old}`, true],
        [`${next}@${from(-60_000)},${old}`, false],
        [next, false],
      ] as const;
      for (const [IDEMPOTENCY_SECRET, isSame] of cases) {
        const config = readConfig({ ...service.env, IDEMPOTENCY_SECRET });
        const replica = await start({ ...config, port: 0, adminPort: 0 });
        try {
          await replica.ready;
          const again = await made("/videos", key, { name: "R" }, { to: replica });
          expect(again.video_id === video.video_id).toBe(isSame);
          const [status, body] = await answer(send("/registrations", bare, user, { to: replica }));
          expect([status, status === 201 ? body : null])
            .toEqual(IDEMPOTENCY_SECRET.endsWith(`,${old}`) ? [201, registered] : [409, null]);
        } finally {
          await replica.close();
        }
      }
    });
  });

  describe("refuses", () => {
    const KEYS: readonly [key: string, code: string][] = [
      ["", "malformed_request"],
      ['""', "malformed_request"],
      ["a b", "malformed_request"],
      ['"a', "malformed_request"],
      ['"a";p=1', "malformed_request"],
      [`"${"k".repeat(256)}"`, "malformed_request"],
      [`${keyAt()}, ${keyAt()}`, "malformed_request"],
      [crypto.randomUUID(), "invalid_input"],
      ["a-key-of-the-client", "invalid_input"],
      [`${keyAt()}0`, "invalid_input"],
      [keyAt(60_000), "invalid_input"],
      [keyAt(1e12), "invalid_input"],
      [keyAt(-901_000), "invalid_input"],
      ["00000000-0000-7000-8000-000000000000", "invalid_input"],
      ["ffffffff-ffff-7fff-bfff-ffffffffffff", "invalid_input"],
      // Of the year 1998 and 5236, in version 1.
      ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "invalid_input"],
      ["ffffffff-ffff-1fff-8000-000000000000", "invalid_input"],
    ];
    for (const [key, code] of KEYS) {
      it(`the key ${key.slice(0, 50)}`, async () => {
        const before = await count("videos");
        const problem = await problemOf(await send("/videos", key, { name: "None" }));
        expect(problem.code).toBe(code);
        if (code === "invalid_input") {
          expect(problem.errors?.map(({ pointer }) => pointer)).toEqual([
            "/header/Idempotency-Key",
          ]);
        }
        expect(await count("videos")).toBe(before);
      });
    }

    for (
      const [method, path, json] of [
        ["POST", "/visits/a", undefined],
        ["POST", "/rooms/r/topics", { topic: "t" }],
        ["POST", "/rooms/r/tags", { tags: ["t"] }],
        ["PUT", "/users/z@example.com", { name: "Z" }],
        ["PATCH", "/users/z@example.com", undefined],
        ["PUT", `/videos/${crypto.randomUUID()}`, { name: "Z" }],
        ["DELETE", `/videos/${crypto.randomUUID()}`, undefined],
        ["POST", "/public-orders", { words: "Z" }],
      ] as const
    ) {
      it(`${method} ${path.replace(/[0-9a-f-]{36}/, "…")}, of which it can promise nothing`, async () => {
        const user = path === "/public-orders" ? null : "writer";
        const response = await send(path, keyAt(), json, { method, user });
        expect((await problemOf(response)).code).toBe("unsupported_idempotency_key");
      });
    }

    it("every key without a secret, which the OpenAPI document does not show then", async () => {
      const config = readConfig({ ...service.env, IDEMPOTENCY_SECRET: "" });
      const replica = await start({ ...config, port: 0, adminPort: 0 });
      try {
        await replica.ready;
        const response = await send("/orders", keyAt(), { words: "Tea" }, { to: replica });
        expect((await problemOf(response)).code).toBe("unsupported_idempotency_key");
        expect(await (await service.request(`${replica.url}/openapi.json`)).text())
          .not.toContain('"name":"Idempotency-Key"');
      } finally {
        await replica.close();
      }
    });
  });

  it("has no effect on a read", async () => {
    const response = service.request("/orders", {
      user: null,
      headers: { "idempotency-key": "not a key" },
    });
    expect((await response).status).toBe(200);
    await (await response).body?.cancel();
  });

  it("is in the OpenAPI document of the routes that take it", async () => {
    const { paths } = await succeed<Document>(service.request("/openapi.json", { user: null }));
    const taking = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { parameters = [] }]) =>
        parameters.some(({ name }) => name === "Idempotency-Key") ? [`${method} ${path}`] : []
      )
    );
    expect(taking.sort()).toEqual([
      "post /events",
      "post /orders",
      "post /other-videos",
      "post /rated-videos",
      "post /registrations",
      "post /rooms/{room}/messages",
      "post /users",
      "post /videos",
      "put /documents/{id}",
    ]);
  });
});

interface Document {
  readonly paths: Record<
    string,
    Record<string, { readonly parameters?: readonly { readonly name: string }[] }>
  >;
}
