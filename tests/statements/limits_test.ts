/**
 * Statements that Cassandra takes and that are answered in another way than the rest, or that would do
 * harm: each is either served right or refused before it is served, with what to do.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { inlined } from "../support/clients/openapi_reference.ts";
import { problemOf } from "../support/harness.ts";
import {
  answer,
  type OwnService,
  type Page,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const MIGRATION = `
CREATE TYPE point (x int, y int);
CREATE TABLE rooms (house text, floor int, name text, size int, PRIMARY KEY (house, floor, name))
  WITH CLUSTERING ORDER BY (floor DESC, name ASC);
CREATE TABLE owners (house text, id int, since int STATIC, share int, PRIMARY KEY (house, id));
CREATE TABLE places (id int PRIMARY KEY, label text, at vector<float, 2>, way vector<float, 2>,
  tags map<text, int>);
CREATE CUSTOM INDEX places_at ON places (at) USING 'StorageAttachedIndex'
  WITH OPTIONS = {'similarity_function': 'euclidean'};
CREATE CUSTOM INDEX places_way ON places (way) USING 'StorageAttachedIndex';
CREATE TABLE events (day text, ann int, PRIMARY KEY (day, ann));
CREATE TABLE visits (house text, floor_year int, at timestamp, seq int, PRIMARY KEY ((house, floor_year), at, seq))
  WITH CLUSTERING ORDER BY (at DESC, seq ASC);
CREATE TABLE pings (house text, floor_year int, at timeuuid, PRIMARY KEY ((house, floor_year), at))
  WITH CLUSTERING ORDER BY (at DESC);
CREATE TABLE odd (id int PRIMARY KEY, n int, pairs vector<frozen<tuple<int, text>>, 2>,
  points vector<frozen<point>, 2>, maps vector<frozen<map<text, int>>, 1>);
`;

const QUERIES = `
-- name: write_room :exec
-- @route POST /rooms
-- @public
-- @param size? in body
INSERT INTO rooms (house, floor, name, size) VALUES (:house, :floor, :name, :size);

-- name: highest :many
-- Over several partitions in order, which Cassandra does not page.
-- @route GET /highest
-- @public
-- @param houses in query max=3
-- @param rows in query default=5 max=5
SELECT house, floor, name FROM rooms WHERE house IN :houses ORDER BY floor DESC LIMIT :rows;

-- name: list_events :many
-- A column named as a keyword, in a table named as a list.
-- @route GET /events/{day}
-- @public
-- @page size=2 max=5
SELECT ann FROM events WHERE day IN (:day) ORDER BY ann DESC;

-- name: highest_one :one
-- @route GET /highest/one
-- @public
-- @param houses in query max=3
SELECT floor FROM rooms WHERE house IN :houses ORDER BY floor DESC LIMIT 1;

-- name: measured :one
-- An aggregate of nothing has a row of nulls.
-- @route GET /measured/{house}
-- @public
SELECT house, max(size) AS floor FROM rooms WHERE house = :house;

-- name: list_owners :many
-- @route GET /owners/{house}
-- @public
SELECT house, id, since, share AS name FROM owners WHERE house = :house;

-- name: begin_owners :exec
-- @route POST /owners
-- @public
INSERT INTO owners (house, since) VALUES (:house, :since);

-- name: write_place :exec
-- @route POST /places
-- @public
-- @param at? in body
-- @param way? in body
-- @param tags? in body
INSERT INTO places (id, at, way, tags) VALUES (:id, :at, :way, :tags);

-- name: write_two :exec
-- @route POST /places/two
-- @public
BEGIN BATCH
  INSERT INTO rooms (house, floor, name) VALUES (:house, 1, 'a');
  UPDATE places SET at = :at, way = :way WHERE id = :id;
APPLY BATCH;

-- name: write_same :exec
-- @route POST /places/same
-- @public
INSERT INTO places (id, at, way) VALUES (:id, :at, :at);

-- name: near :many
-- @route POST /near
-- @public
-- @param rows in body max=10
SELECT id FROM places ORDER BY at ANN OF :at LIMIT :rows;

-- name: along :many
-- @route POST /along
-- @public
SELECT id FROM places ORDER BY way ANN OF :way LIMIT 3;

-- name: place_ages :one
-- @route GET /places/{id}/ages
-- @public
SELECT TTL(tags) AS ages FROM places WHERE id = :id;

-- name: write_odd :exec
-- @route POST /odd
-- @public
INSERT INTO odd (id, n, pairs, points, maps) VALUES (:id, :n, :pairs, :points, :maps);

-- name: read_odd :one
-- @route GET /odd/{id}
-- @public
SELECT * FROM odd WHERE id = :id;

-- name: rename_place :applied
-- @route PUT /places/{id}/label
-- @public
UPDATE places SET label = :label WHERE id = :id IF label = :old;

-- name: share :applied
-- @route PUT /shares/{house}
-- @current id share
-- @public
BEGIN BATCH
  UPDATE owners SET share = :first WHERE house = :house AND id = 1 IF share = :was_first;
  UPDATE owners SET share = :second WHERE house = :house AND id = 2 IF share = :was_second;
APPLY BATCH;
`;

let service: OwnService;
before(async () => {
  service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
});
after(() => service[Symbol.asyncDispose]());

const send = (method: string, path: string, json?: unknown) =>
  service.request(path, { method, user: null, ...(json === undefined ? {} : { json }) });
const get = <T = unknown>(path: string) => succeed<T>(send("GET", path));
const post = (path: string, json: unknown) => send("POST", path, json);

/** Pointer and detail of what is wrong with a request. */
async function mistakes(response: Promise<Response>): Promise<string[]> {
  const { status, code, errors } = await problemOf(await response);
  expect([status, code]).toEqual([422, "invalid_input"]);
  return errors!.map(({ pointer, detail }) => `${pointer} ${detail}`);
}

describe("Vectors that an index cannot take", () => {
  const FINITE = "Expected only finite numbers, as the column is indexed";
  const LARGEST = "Expected only numbers from -1e17 to 1e17, as the column is indexed";
  const NONZERO = "Expected a number other than zero, as the index compares directions";
  const cases: [string, string, Record<string, unknown>, string][] = [
    ["NaN", "/places", { id: 1, at: ["NaN", 1] }, `/body/at ${FINITE}`],
    ["a large number", "/places", { id: 1, at: [1.0000001e17, 0] }, `/body/at ${LARGEST}`],
    [
      "a large number, for the cosine",
      "/places",
      { id: 1, way: [1, -1e38] },
      `/body/way ${LARGEST}`,
    ],
    ["a large number to search for", "/near", { at: [-1e18, 1], rows: 2 }, `/body/at ${LARGEST}`],
    ["zero, for the cosine", "/places", { id: 1, way: [0, 0] }, `/body/way ${NONZERO}`],
    ["minus zero, for the cosine", "/places", { id: 1, way: [-0, 0] }, `/body/way ${NONZERO}`],
    [
      "NaN in a batch of two tables",
      "/places/two",
      { id: 1, house: "v", at: [1, "NaN"], way: [1, 1] },
      `/body/at ${FINITE}`,
    ],
    ["zero for two indexes", "/places/same", { id: 1, at: [0, 0] }, `/body/at ${NONZERO}`],
    ["an infinity to search for", "/near", { at: ["Infinity", 1], rows: 2 }, `/body/at ${FINITE}`],
    ["NaN to search for", "/along", { way: ["NaN", 1] }, `/body/way ${FINITE}`],
    ["zero to search for", "/along", { way: [0, 0] }, `/body/way ${NONZERO}`],
  ];
  for (const [what, path, json, expected] of cases) {
    it(`are refused: ${what}`, async () => {
      expect(await mistakes(post(path, json))).toEqual([expected]);
    });
  }

  it("are all the others", async () => {
    await succeed(post("/places", { id: 1, at: [0, 0], way: [1, 0] }));
    await succeed(post("/places", { id: 2, at: [3, 4], way: [0, 1] }));
    expect(await succeed(post("/near", { at: [0, 0], rows: 2 }))).toMatchObject({
      items: [{ id: 1 }, { id: 2 }],
    });
    expect(await succeed(post("/along", { way: [1, 0.1] }))).toMatchObject({
      items: [{ id: 1 }, { id: 2 }],
    });
    await succeed(post("/places", { id: 3, at: [1e17, -1e17], way: [-1e17, 1e-45] }));
    expect(await succeed(post("/along", { way: [-1e17, 0] }))).toMatchObject({
      items: [{ id: 3 }, { id: 2 }, { id: 1 }],
    });
  });
});

describe("A table with vectors of any type", () => {
  it("is served, and its values come back", async () => {
    const row = {
      id: 1,
      n: 7,
      pairs: [[1, "a"], [null, "b"]],
      points: [{ x: 1, y: 2 }, { x: 3, y: null }],
      maps: [{ a: 1 }],
    };
    await succeed(post("/odd", row));
    expect(await get("/odd/1")).toEqual(row);
  });
});

describe("Statements that Cassandra answers all at once", () => {
  before(async () => {
    for (const [house, floor] of [["a", 1], ["b", 2], ["a", 3], ["b", 4]]) {
      await succeed(post("/rooms", { house, floor, name: "n" }));
    }
  });

  it("are an order over several partitions", async () => {
    const { items, next_cursor } = await get<Page<{ floor: number }>>("/highest?houses=a&houses=b");
    expect([items.map(({ floor }) => floor), next_cursor]).toEqual([[4, 3, 2, 1], null]);
    const some = await get<Page<{ floor: number }>>("/highest?houses=a&houses=b&rows=3");
    expect(some.items.map(({ floor }) => floor)).toEqual([4, 3, 2]);
    expect(await get("/highest/one?houses=a&houses=b")).toEqual({ floor: 4 });
  });

  it("are not those that only look so", async () => {
    for (const ann of [1, 2, 3]) {
      await service.client.execute("INSERT INTO events (day, ann) VALUES ('d', ?)", [ann], {
        prepare: true,
      });
    }
    const page = await get<Page<unknown>>("/events/d");
    expect([page.items, page.next_cursor === null]).toEqual([[{ ann: 3 }, { ann: 2 }], false]);
  });

  it("come as a stream, too", async () => {
    const response = await service.request("/highest?houses=a&houses=b", {
      user: null,
      headers: { accept: "application/x-ndjson" },
    });
    expect((await response.text()).match(/"floor":\d/g))
      .toEqual([4, 3, 2, 1].map((floor) => `"floor":${floor}`));
  });

  it("take neither limit nor cursor, and document none", async () => {
    const wrong = await mistakes(send("GET", "/highest?houses=a&limit=1&cursor=x"));
    expect(wrong.map((each) => each.split(" ")[0])).toEqual(["/query/limit", "/query/cursor"]);
    expect(await mistakes(post("/near?limit=1", { at: [1, 1], rows: 1 }))).toHaveLength(1);
    const { paths } = await get<{ paths: Record<string, Record<string, unknown>> }>(
      "/openapi.json",
    );
    expect(JSON.stringify(paths["/near"])).not.toContain('"limit"');
    expect(JSON.stringify(paths["/owners/{house}"])).toContain('"limit"');
  });

  for (const rows of [0, -1]) {
    it(`take no LIMIT of ${rows}`, async () => {
      expect(await mistakes(send("GET", `/highest?houses=a&rows=${rows}`)))
        .toEqual(["/query/rows Expected a value from 1 to 5"]);
    });
  }
});

describe("What may be null", () => {
  /** Whether the schema of a route's row lets a column be null. */
  async function nullable(path: string, column: string): Promise<boolean> {
    const { paths } = inlined(
      await get<{ paths: Record<string, Record<string, unknown>> }>("/openapi.json"),
    );
    const text = JSON.stringify(paths[path]);
    const schema = text.slice(text.indexOf(`"${column}":{`)).slice(0, 200);
    return /"null"/.test(schema.slice(0, schema.indexOf("}")));
  }

  it("is the key, where an aggregate finds nothing", async () => {
    expect(await get("/measured/none")).toEqual({ house: null, floor: null });
    expect([await nullable("/measured/{house}", "house"), await nullable("/highest", "floor")])
      .toEqual([true, false]);
  });

  it("is a clustering column, where a partition has nothing but static ones", async () => {
    await succeed(post("/owners", { house: "s", since: 1900 }));
    expect(await get("/owners/s")).toMatchObject({
      items: [{ house: "s", id: null, since: 1900, name: null }],
    });
    const path = "/owners/{house}";
    expect([await nullable(path, "house"), await nullable(path, "id")]).toEqual([false, true]);
  });

  it("is a member of a list that a function works out", async () => {
    await succeed(post("/places", { id: 9, tags: { a: 1 } }));
    expect(await get("/places/9/ages")).toEqual({ ages: [null] });
    const text = JSON.stringify(
      inlined(await get<{ paths: Record<string, unknown> }>("/openapi.json"))
        .paths["/places/{id}/ages"],
    );
    expect(text).toMatch(/"items":\{[^}]*"null"/);
  });
});

describe("A condition", () => {
  it("compares with nothing if the caller sends null", async () => {
    const put = (json: unknown) => answer(send("PUT", "/places/5/label", json));
    await succeed(post("/places", { id: 5 }));
    expect(await put({ label: "new", old: null })).toEqual([200, { applied: true }]);
    expect((await put({ label: "other", old: null }))[0]).toBe(409);
    expect(await put({ label: "other", old: "new" })).toEqual([200, { applied: true }]);
    expect((await put({ label: null, old: "other" }))[0]).toBe(422);
    expect((await put({ label: "x" }))[0]).toBe(422);
  });
});

describe("Conditions of a batch", () => {
  it("answer all rows that they are about", async () => {
    const shares = { first: 60, second: 40, was_first: 50, was_second: 50 };
    const [status, body] = await answer(send("PUT", "/shares/none", shares));
    expect([status, (body as { current: unknown }).current]).toEqual([409, []]);
    for (const [id, share] of [[1, 50], [2, 49]]) {
      await service.client.execute(
        "INSERT INTO owners (house, id, share) VALUES ('c', ?, ?)",
        [id, share],
        { prepare: true },
      );
    }
    const [, refused] = await answer(send("PUT", "/shares/c", shares));
    expect(refused).toMatchObject({
      current: [{ house: "c", id: 1, share: 50 }, { house: "c", id: 2, share: 49 }],
    });
    await succeed(send("PUT", "/shares/c", { ...shares, was_second: 49 }));
  });
});
