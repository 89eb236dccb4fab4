/**
 * What CQL statements can say, each served as a route: conditions and entity tags, expiry and
 * timestamps, counters, collections, batches, and the clauses of SELECT.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import {
  EXAMPLE,
  problemOf,
  startTestService,
  type TestRequest,
  type TestService,
} from "../support/harness.ts";
import {
  answer,
  type OwnService,
  type Page,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE items (
  shop text, id int, name text, version int, price decimal, tags set<text>, notes map<text, text>,
  log list<text>, place vector<float, 2>, PRIMARY KEY ((shop), id)
);
CREATE INDEX items_by_name ON items (name) USING 'sai';
CREATE INDEX items_by_place ON items (place) USING 'sai';
CREATE TABLE readings (
  sensor text, day int, at int, value double, PRIMARY KEY ((sensor), day, at)
);
CREATE TABLE totals (shop text, id text, sold counter, returned counter, PRIMARY KEY (shop, id));
`;

const QUERIES = `
-- name: create_item :applied
-- @route POST /items
-- @public
-- @param name? in body
INSERT INTO items (shop, id, name, version) VALUES (:shop, :id, :name, 1) IF NOT EXISTS;

-- name: rename_existing :applied
-- @route PUT /items/{shop}/{id}/name
-- @public
-- @consistency LOCAL_QUORUM serial=LOCAL_SERIAL
UPDATE items SET name = :name WHERE shop = :shop AND id = :id IF EXISTS;

-- name: rename_if :applied
-- @route POST /items/{shop}/{id}/rename
-- @public
-- @consistency ONE serial=SERIAL
-- @current name
UPDATE items SET name = :name WHERE shop = :shop AND id = :id IF name = :seen AND version > 0;

-- name: remove_if :applied
-- @route DELETE /items/{shop}/{id}
-- @public
-- @param names in query max=10
DELETE FROM items WHERE shop = :shop AND id = :id IF name IN :names;

-- name: get_item :one
-- @route GET /items/{shop}/{id}
-- @public
-- @etag version
SELECT id, name, version, price, tags, notes, log FROM items WHERE shop = :shop AND id = :id;

-- name: change_item :applied
-- @route PATCH /items/{shop}/{id}
-- @public
-- @param seen in if-match
-- @param price? in body
UPDATE items SET version = :version, price = :price WHERE shop = :shop AND id = :id
    IF version = :seen;

-- name: write_item :exec
-- @route PUT /items/{shop}/{id}
-- @public
-- @param name? in body
-- @param price? in body
-- @param ttl in query default=0 min=0 max=1000
-- @param written? in query min=1 max=9007199254740993
INSERT INTO items (shop, id, name, price) VALUES (:shop, :id, :name, :price)
 USING TTL :ttl AND TIMESTAMP :written;

-- name: life_of_item :one
-- @route GET /items/{shop}/{id}/life
-- @public
SELECT TTL(name), WRITETIME(name), ttl(price) AS price_ttl FROM items
 WHERE shop = :shop AND id = :id;

-- name: add_to_item :exec
-- @route POST /items/{shop}/{id}/collections
-- @public
-- @param tags? in body max=3
UPDATE items SET tags = tags + :tags, notes[:key] = :note, log = log + :log
 WHERE shop = :shop AND id = :id;

-- name: remove_from_item :exec
-- @route POST /items/{shop}/{id}/removal
-- @public
UPDATE items SET tags = tags - :tags, log = log - :log WHERE shop = :shop AND id = :id;

-- name: forget_note :exec
-- @route DELETE /items/{shop}/{id}/notes/{key}
-- @public
DELETE notes[:key] FROM items WHERE shop = :shop AND id = :id;

-- name: place_item :exec
-- @route POST /placed
-- @public
INSERT INTO items (shop, id, name, place) VALUES (:shop, :id, :name, :place);

-- name: nearest_items :many
-- @route POST /nearest
-- @public
-- @param count in body min=1 max=10 default=2
SELECT id FROM items ORDER BY place ANN OF :place LIMIT :count;

-- name: items_by_name :many
-- @route GET /names/{name}
-- @public
SELECT shop, id FROM items WHERE name = :name;

-- name: some_items :many
-- @route GET /some/{shop}
-- @public
-- @param ids in query max=3
SELECT id, name FROM items WHERE shop = :shop AND id IN :ids;

-- name: move_item :exec
-- @route POST /moves
-- @public
BEGIN BATCH
  INSERT INTO items (shop, id, name) VALUES (:target, :id, :name);
  DELETE FROM items WHERE shop = :source AND id = :id;
APPLY BATCH;

-- name: write_pair :exec
-- @route POST /pairs
-- @public
BEGIN UNLOGGED BATCH
  INSERT INTO items (shop, id, name) VALUES (:shop, :one, :name);
  INSERT INTO items (shop, id, name) VALUES (:shop, :other, :name);
APPLY BATCH;

-- name: sell :exec
-- @route POST /totals/{shop}/{id}
-- @public
UPDATE totals SET sold = sold + :sold WHERE shop = :shop AND id = :id;

-- name: trade :exec
-- @route POST /trades/{shop}
-- @public
BEGIN COUNTER BATCH
  UPDATE totals SET sold = sold + :sold WHERE shop = :shop AND id = :id;
  UPDATE totals SET returned = returned + :returned WHERE shop = :shop AND id = 'all';
APPLY BATCH;

-- name: list_totals :many
-- @route GET /totals/{shop}
-- @public
SELECT id, sold, returned FROM totals WHERE shop = :shop;

-- name: record_reading :exec
-- @route POST /readings
-- @public
INSERT INTO readings (sensor, day, at, value) VALUES (:sensor, :day, :at, :value);

-- name: summary :one
-- @route GET /readings/{sensor}/summary
-- @public
SELECT count(*) AS count, min(value) AS least, max(value) AS most, sum(value) AS total,
       avg(value) AS mean, count(value)
  FROM readings WHERE sensor = :sensor;

-- name: by_day :many
-- @route GET /readings/{sensor}/days
-- @public
SELECT day, max(value) AS most, CAST(count(at) AS int) AS count
  FROM readings WHERE sensor = :sensor GROUP BY day;

-- name: first_readings :many
-- @route GET /firsts
-- @public
-- @param count in query min=1 max=5
-- @param each in query min=1 max=2 default=1
SELECT sensor, day, at FROM readings PER PARTITION LIMIT :each LIMIT :count;

-- name: newest_days :many
-- @route GET /readings/{sensor}
-- @public
SELECT day, at FROM readings WHERE sensor = :sensor AND (day, at) > (:day, :at)
 ORDER BY day DESC, at DESC;

-- name: token_range :many
-- @route GET /tokens
-- @public
SELECT sensor, token(sensor) AS place FROM readings
 WHERE token(sensor) > :after AND token(sensor) <= :until PER PARTITION LIMIT 1;
`;

describe("a statement", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
  });
  after(() => service?.[Symbol.asyncDispose]());

  const send = (method: string, path: string, options: TestRequest = {}) =>
    service.request(path, { method, user: null, ...options });
  const post = (path: string, json: unknown) => send("POST", path, { json });
  const get = <T = Record<string, unknown>>(path: string) => succeed<T>(send("GET", path));
  const items = async <T = Record<string, unknown>>(path: string) =>
    (await get<Page<T>>(path)).items;

  async function problem(response: Promise<Response>): Promise<unknown[]> {
    const { status, code, errors, current } = await problemOf(await response);
    if (errors !== undefined) return [status, code, errors];
    return current === undefined ? [status, code] : [status, code, current];
  }

  it("with IF NOT EXISTS is applied once", async () => {
    const json = { shop: "once", id: 1, name: "lamp" };
    expect(await answer(post("/items", json))).toEqual([201, { applied: true }]);
    expect(await problem(post("/items", { ...json, name: "chair" })))
      .toEqual([409, "not_applied", { shop: "once", id: 1 }]);
  });

  it("with IF EXISTS is applied where there is a row", async () => {
    const rename = () => send("PUT", "/items/exists/1/name", { json: { name: "desk" } });
    expect(await problem(rename())).toEqual([404, "not_found"]);
    await succeed(post("/items", { shop: "exists", id: 1 }));
    expect(await answer(rename())).toEqual([200, { applied: true }]);
    expect(await get("/items/exists/1")).toMatchObject({ name: "desk" });
  });

  it("with conditions on columns is applied where they hold", async () => {
    await succeed(post("/items", { shop: "if", id: 1, name: "a" }));
    const rename = (seen: string) => post("/items/if/1/rename", { seen, name: "b" });
    const problemOfOther = await problem(rename("other"));
    expect(problemOfOther).toEqual([409, "not_applied", { shop: "if", id: 1, name: "a" }]);
    expect(await answer(rename("a"))).toEqual([201, { applied: true }]);
    const remove = (names: string) => send("DELETE", `/items/if/1?${names}`);
    expect(await problem(remove("names=a"))).toEqual([409, "not_applied", { shop: "if", id: 1 }]);
    expect(await answer(remove("names=a&names=b"))).toEqual([200, { applied: true }]);
    expect(await problem(send("GET", "/items/if/1"))).toEqual([404, "not_found"]);
  });

  /** With D in place of the digest. */
  const NONE_MATCH: readonly (readonly [string, string, number])[] = [
    ["the tag", '"1;D"', 304],
    ["a weak tag", 'W/"1;D"', 304],
    ["a list with the tag", '"0;D", W/"7;D","1;D"', 304],
    ["anything", "*", 304],
    ["another tag", '"2;D"', 200],
    ["a list without the tag", '"10;D", "11;D"', 200],
    ["the version alone", '"1"', 200],
    ["the digest alone", '"D"', 200],
    ["another digest", '"1;AAAAAAAAAAAA"', 200],
    ["no tag", "1;D", 200],
  ];
  for (const [name, header, status] of NONE_MATCH) {
    it(`with @etag answers ${status} to If-None-Match with ${name}`, async () => {
      await (await post("/items", { shop: "etag", id: 1 })).body?.cancel();
      const tag = (await send("HEAD", "/items/etag/1")).headers.get("etag") ?? "";
      const [, digest = ""] = /^"1;([\w-]{12})"$/.exec(tag) ?? [];
      const headers = { "if-none-match": header.replaceAll("D", digest) };
      const response = await send("GET", "/items/etag/1", { headers });
      expect([response.status, response.headers.get("etag")]).toEqual([status, tag]);
      expect(response.headers.get("cache-control")).toBe("private, no-cache, no-transform");
      expect(await response.text() === "").toBe(status === 304);
    });
  }

  it("with @etag sends no tag where the column is null", async () => {
    await succeed(send("PUT", "/items/untagged/1", { json: { name: "a" } }));
    const headers = { "if-none-match": "*" };
    const response = await send("GET", "/items/untagged/1", { headers });
    await response.body?.cancel();
    expect([response.status, response.headers.get("etag")]).toEqual([200, null]);
  });

  it("with If-Match changes only the version that was seen", async () => {
    await succeed(post("/items", { shop: "match", id: 1 }));
    const change = (header: string | null, version: number) =>
      send("PATCH", "/items/match/1", {
        json: { version, price: "1.50" },
        headers: header === null ? {} : { "if-match": header },
      });
    expect(await problem(change(null, 2))).toEqual([428, "precondition_required"]);
    for (const malformed of ["1", '"1', 'w/"1"', '""1"', "", "*, *"]) {
      expect([malformed, ...await problem(change(malformed, 2))])
        .toEqual([malformed, 400, "malformed_request"]);
    }
    for (const several of ["*", '"1", "2"', 'W/"1", "2"', '"1", "1"']) {
      expect([several, ...await problem(change(several, 2))])
        .toEqual([several, 400, "unsupported_precondition"]);
    }
    const IMPOSSIBLE = ['W/"1"', '"one"', '""', '"2147483648"', '"01"', '"+1"', '"-0"', '"1.0"'];
    for (const impossible of IMPOSSIBLE) {
      expect([impossible, ...await problem(change(impossible, 2))])
        .toEqual([impossible, 412, "precondition_failed"]);
    }
    expect((await problem(change('"one"', 0.5))).slice(0, 2)).toEqual([422, "invalid_input"]);
    expect(await answer(change(' "1" ', 2))).toEqual([200, { applied: true }]);
    expect(await problem(change('"1"', 3)))
      .toEqual([412, "precondition_failed", { shop: "match", id: 1 }]);
    expect(await get("/items/match/1")).toMatchObject({ version: 2, price: "1.50" });
  });

  it("with USING takes a time to live and a timestamp", async () => {
    const json = { name: "a" };
    await succeed(send("PUT", "/items/using/1?ttl=900&written=9007199254740993", { json }));
    const life = await get<Record<string, string | number>>("/items/using/1/life");
    expect(life["ttl(name)"]).toBeGreaterThan(880);
    expect(life).toMatchObject({ "writetime(name)": "9007199254740993", price_ttl: null });
    await succeed(send("PUT", "/items/using/2", { json }));
    expect(await get("/items/using/2/life")).toMatchObject({ "ttl(name)": null });
  });

  const BOUNDS: readonly (readonly [string, string, string])[] = [
    ["ttl=1001", "ttl", "Expected a value from 0 to 1000"],
    ["ttl=-1", "ttl", "Expected a value from 0 to 1000"],
    ["written=0", "written", "Expected a value from 1 to 9007199254740993"],
    ["written=9007199254740994", "written", "Expected a value from 1 to 9007199254740993"],
  ];
  for (const [query, name, detail] of BOUNDS) {
    it(`with USING refuses ${query}`, async () => {
      const response = send("PUT", `/items/bounds/1?${query}`, { json: {} });
      const pointer = `/query/${name}`;
      expect(await problem(response)).toEqual([422, "invalid_input", [{ pointer, detail }]]);
    });
  }

  it("leaves out what is not sent, and deletes what is null", async () => {
    const put = (json: unknown) => succeed(send("PUT", "/items/unset/1", { json }));
    await put({ name: "a", price: "1" });
    await put({ name: null });
    expect(await get("/items/unset/1")).toMatchObject({ name: null, price: "1" });
    await put({});
    expect(await get("/items/unset/1")).toMatchObject({ name: null, price: "1" });
  });

  it("adds to collections, and takes away from them", async () => {
    const add = (json: unknown) => succeed(post("/items/bag/1/collections", json));
    await add({ tags: ["b", "a"], key: "one", note: "1", log: ["x", "y"] });
    await add({ tags: ["c"], key: "two", note: "2", log: ["x"] });
    await add({ key: "three", note: "3", log: [] });
    const whole = {
      tags: ["a", "b", "c"],
      notes: { one: "1", two: "2", three: "3" },
      log: ["x", "y", "x"],
    };
    expect(await get("/items/bag/1")).toMatchObject(whole);
    await succeed(post("/items/bag/1/removal", { tags: ["a", "z"], log: ["x"] }));
    await succeed(send("DELETE", "/items/bag/1/notes/two"));
    expect(await get("/items/bag/1"))
      .toMatchObject({ tags: ["b", "c"], notes: { one: "1", three: "3" }, log: ["y"] });
  });

  it("bounds the members of a collection", async () => {
    const json = { tags: ["1", "2", "3", "4"], key: "k", note: "n", log: [] };
    expect(await problem(post("/items/bag/2/collections", json)))
      .toEqual([422, "invalid_input", [{
        pointer: "/body/tags",
        detail: "Expected at most 3 members",
      }]]);
  });

  it("in a logged batch writes to several partitions", async () => {
    await succeed(post("/items", { shop: "from", id: 1 }));
    await succeed(post("/moves", { source: "from", target: "to", id: 1, name: "moved" }));
    expect(await problem(send("GET", "/items/from/1"))).toEqual([404, "not_found"]);
    expect(await get("/items/to/1")).toMatchObject({ name: "moved" });
  });

  it("in an unlogged batch writes to one partition", async () => {
    await succeed(post("/pairs", { shop: "pair", one: 1, other: 2, name: "both" }));
    expect(await items("/some/pair?ids=1&ids=2"))
      .toEqual([{ id: 1, name: "both" }, { id: 2, name: "both" }]);
  });

  it("counts, alone and in a batch", async () => {
    await succeed(post("/totals/counted/a", { sold: "9007199254740993" }));
    await succeed(post("/totals/counted/a", { sold: -1 }));
    await succeed(post("/trades/counted", { id: "a", sold: 10, returned: 3 }));
    expect(await items("/totals/counted")).toEqual([
      { id: "a", sold: "9007199254741002", returned: null },
      { id: "all", sold: null, returned: "3" },
    ]);
  });

  it("with IN takes a list of bounded length", async () => {
    for (const id of [1, 2, 3]) await succeed(post("/items", { shop: "in", id, name: `${id}` }));
    expect(await items("/some/in?ids=3&ids=1&ids=9"))
      .toEqual([{ id: 1, name: "1" }, { id: 3, name: "3" }]);
    expect(await items("/some/in?ids=2")).toEqual([{ id: 2, name: "2" }]);
    const cases = [
      ["ids=1&ids=2&ids=3&ids=4", "/query/ids", "Expected at most 3 members"],
      ["ids=1&ids=x", "/query/ids/1", "Expected an integer from -2147483648 to 2147483647"],
      ["", "/query/ids", "Required"],
    ] as const;
    for (const [query, pointer, detail] of cases) {
      expect([query, ...await problem(send("GET", `/some/in?${query}`))])
        .toEqual([query, 422, "invalid_input", [{ pointer, detail }]]);
    }
  });

  it("finds by an index, and the nearest by a vector", async () => {
    const places = { 1: [0, 1], 2: [1, 0.1], 3: [-1, 0] };
    for (const [id, place] of Object.entries(places)) {
      await succeed(post("/placed", { shop: `p${id}`, id: Number(id), name: "indexed", place }));
    }
    const found = await items<{ id: number }>("/names/indexed");
    expect(found.map(({ id }) => id).toSorted()).toEqual([1, 2, 3]);
    const nearest = (count?: number) =>
      succeed<Page<unknown>>(post("/nearest", { place: [1, 0], count }));
    expect((await nearest()).items).toEqual([{ id: 2 }, { id: 1 }]);
    expect((await nearest(3)).items).toEqual([{ id: 2 }, { id: 1 }, { id: 3 }]);
  });

  describe("of SELECT", () => {
    const READINGS = { s1: [[1, 1, 1.5], [1, 2, 2.5], [2, 1, -1]], s2: [[1, 7, 4]] };
    before(async () => {
      for (const [sensor, readings] of Object.entries(READINGS)) {
        for (const [day, at, value] of readings) {
          await succeed(post("/readings", { sensor, day, at, value }));
        }
      }
    });

    it("aggregates", async () => {
      expect(await get("/readings/s1/summary")).toEqual({
        count: "3",
        least: -1,
        most: 2.5,
        total: 3,
        mean: 1,
        "system.count(value)": "3",
      });
      expect(await get("/readings/none/summary")).toMatchObject({ count: "0", least: null });
    });

    it("groups", async () => {
      expect(await items("/readings/s1/days"))
        .toEqual([{ day: 1, most: 2.5, count: 2 }, { day: 2, most: -1, count: 1 }]);
    });

    it("compares tuples of columns, and orders backwards", async () => {
      expect(await items("/readings/s1?day=1&at=1")).toEqual([{ day: 2, at: 1 }, {
        day: 1,
        at: 2,
      }]);
    });

    it("limits, in all and per partition, as a bounded parameter", async () => {
      const rows = async (query: string) => (await items(`/firsts?${query}`)).length;
      expect([await rows("count=5"), await rows("count=1"), await rows("count=5&each=2")])
        .toEqual([2, 1, 3]);
      for (const count of ["0", "6", "1.0"]) {
        const [status] = await problem(send("GET", `/firsts?count=${count}`));
        expect([count, status]).toEqual([count, 422]);
      }
    });

    it("reads ranges of tokens", async () => {
      const [low, high] = [-(2n ** 63n), 2n ** 63n - 1n];
      const all = await items<{ place: string }>(`/tokens?after=${low}&until=${high}`);
      const tokens = all.map(({ place }) => place);
      expect(tokens).toHaveLength(2);
      const [first, second] = tokens;
      expect(await items(`/tokens?after=${low}&until=${first}`)).toEqual([all[0]]);
      expect(await items(`/tokens?after=${first}&until=${second}`)).toEqual([all[1]]);
    });
  });
});

describe("the example", () => {
  let service: TestService & AsyncDisposable;
  before(async () => {
    service = await startTestService({ cqlDir: EXAMPLE });
  });
  after(() => service?.[Symbol.asyncDispose]());

  const post = (path: string, json: unknown) => service.request(path, { method: "POST", json });

  it("raises alerts in two tables at once", async () => {
    const alert = { raised_at: "2010-01-31T23:30:00-01:00", severity: "high", message: "Storm" };
    await succeed(post("/stations/alerted/alerts", { ...alert, expires_in: 600 }));
    const raised = {
      raised_at: "2010-02-01T00:30:00.000Z",
      severity: "high",
      message: "Storm",
    };
    const byStation = await succeed<Page<{ expires_in: number }>>(
      service.request("/stations/alerted/alerts"),
    );
    expect(byStation.items).toMatchObject([raised]);
    expect(byStation.items[0]!.expires_in).toBeGreaterThan(540);
    const byDay = await succeed<Page<unknown>>(service.request("/alerts/2010-02-01"));
    expect(byDay.items).toEqual([{ ...raised, station_id: "alerted" }]);
    for (
      const [mistake, pointer] of [
        [{ expires_in: 59 }, "/body/expires_in"],
        [{ severity: "High" }, "/body/severity"],
        [{ ttl: 600 }, "/body/ttl"],
      ] as const
    ) {
      const response = await post("/stations/alerted/alerts", { ...alert, ...mistake });
      const { errors } = await problemOf(response);
      expect([response.status, errors?.map(({ pointer }) => pointer)]).toEqual([422, [pointer]]);
    }
  });

  it("counts visits of a tenant's own station", async () => {
    const visit = (user: string) =>
      succeed(service.request("/stations/seen/visits", { method: "POST", user }));
    await visit("writer");
    await visit("writer");
    await visit("reader");
    const visits = (user: string) => succeed(service.request("/stations/seen/visits", { user }));
    expect([await visits("writer"), await visits("reader")])
      .toEqual([{ visits: "2" }, { visits: "1" }]);
  });

  it("tags stations, and finds them by a tag", async () => {
    for (const station_id of ["t1", "t2"]) {
      await succeed(post("/stations", { station_id, name: station_id }));
      await succeed(post(`/stations/${station_id}/tags`, { tags: ["a/b", station_id] }));
    }
    await succeed(service.request("/stations/t2/tags?tags=a%2Fb&tags=x", { method: "DELETE" }));
    const found = await succeed<Page<unknown>>(service.request("/tags/a%2Fb/stations"));
    expect(found.items).toEqual([{ station_id: "t1", name: "t1", tags: ["a/b", "t1"] }]);
  });

  it("finds the nearest climates", async () => {
    const climates = { cold: [-10, 5, 20], mild: [11, 16, 9], hot: [35, 10, 8] };
    for (const [station_id, climate] of Object.entries(climates)) {
      await succeed(post("/stations", { station_id, name: station_id, climate }));
    }
    const nearest = await succeed<Page<{ station_id: string; similarity: number }>>(
      post("/climates/nearest", { climate: [12, 16, 9], count: 2 }),
    );
    expect(nearest.items.map(({ station_id }) => station_id)).toEqual(["mild", "hot"]);
    expect(nearest.items[0]!.similarity).toBeCloseTo(0.5);
  });

  it("changes a station as its entity tag allows", async () => {
    await succeed(post("/stations", { station_id: "v", name: "old", elevation: 5 }));
    const read = await service.request("/stations/v");
    await read.body?.cancel();
    const seen = read.headers.get("etag")!;
    const patch = (json: unknown, etag: string) =>
      service.request("/stations/v", { method: "PATCH", json, headers: { "if-match": etag } });
    expect(await answer(patch({ name: "new", elevation: null }, seen)))
      .toEqual([200, { applied: true }]);
    const stale = await problemOf(await patch({ name: "newer" }, seen));
    expect([stale.status, stale.code]).toEqual([412, "precondition_failed"]);
    const station = await succeed<Record<string, unknown>>(service.request("/stations/v"));
    expect(station).toMatchObject({ name: "new", elevation: null });
    expect(stale.current)
      .toEqual({ tenant_id: "acme", station_id: "v", version: station.version });
  });
});
