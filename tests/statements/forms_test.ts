/**
 * Forms of statements that Cassandra offers beside the usual ones: each is served as it is written.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import {
  type OwnService,
  type Page,
  readPages,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE books (shelf text, year int, title text, tags map<text, text>, owner text STATIC, copies int,
  PRIMARY KEY (shelf, year, title));
CREATE CUSTOM INDEX books_tag_keys ON books (keys(tags)) USING 'StorageAttachedIndex';
CREATE CUSTOM INDEX books_tag_entries ON books (entries(tags)) USING 'StorageAttachedIndex';
CREATE TABLE visits (shelf text PRIMARY KEY, count counter);
`;

const select = (name: string, params: string, statement: string, mode = "many") => `
-- name: ${name} :${mode}
-- @route GET /${name}
-- @public
${
  params.split("\n").filter((line) => line !== "").map((line) => `-- @param ${line}\n`).join("")
}${statement};
`;

const QUERIES = [
  `
-- name: write_book :exec
-- @route POST /books
-- @public
-- @param tags? in body
-- @param copies? in body
INSERT INTO books (shelf, year, title, tags, copies) VALUES (:shelf, :year, :title, :tags, :copies);

-- name: claim_shelf :applied
-- A condition on a column that the whole partition shares.
-- @current owner
-- @route PUT /owners
-- @public
UPDATE books SET owner = :owner WHERE shelf = :shelf IF owner = null;

-- name: move_in_time :exec
-- @route POST /moves
-- @public
-- @param at in body
BEGIN BATCH USING TIMESTAMP :at
  INSERT INTO books (shelf, year, title) VALUES (:shelf, :year, :title);
  DELETE FROM books WHERE shelf = :shelf AND year = :old_year AND title = :title;
APPLY BATCH;

-- name: count_visit :exec
-- @route POST /visits
-- @public
BEGIN COUNTER BATCH
  UPDATE visits SET count = count + 1 WHERE shelf = :shelf;
  UPDATE visits SET count = count + :more WHERE shelf = :shelf;
APPLY BATCH;
`,
  `
-- name: between_years :many
-- Markers whose names have more underscores than words.
-- @route GET /shelves/{shelf_}/years
-- @public
-- @param from_ in query
SELECT year FROM books WHERE shelf = :shelf_ AND year >= :from_ AND year < :un__til;
`,
  select("as_json", "shelf in query", "SELECT JSON year, title FROM books WHERE shelf = :shelf"),
  select("shelves", "", "SELECT DISTINCT shelf, owner FROM books"),
  select(
    "tagged",
    "key in query",
    "SELECT title FROM books WHERE tags CONTAINS KEY :key",
  ),
  select(
    "tagged_so",
    "value in query",
    "SELECT title FROM books WHERE tags['colour'] = :value",
  ),
  select(
    "since",
    "shelf in query\nyear in query\ntitle in query",
    "SELECT year, title FROM books WHERE shelf = :shelf AND (year, title) > (:year, :title)",
  ),
  select(
    "some_of",
    "shelf in query\none in query\nother in query",
    "SELECT year FROM books WHERE shelf = :shelf AND year IN (:one, :other)",
  ),
  select(
    "by_year",
    "shelf in query",
    "SELECT year, count(*) AS books FROM books WHERE shelf = :shelf GROUP BY year",
  ),
  select(
    "one_of_each",
    "",
    "SELECT shelf, title FROM books PER PARTITION LIMIT 1",
  ),
  select(
    "around",
    "low in query\nhigh in query",
    "SELECT shelf, token(shelf) AS place FROM books WHERE token(shelf) >= :low AND token(shelf) < :high",
  ),
  select("visited", "shelf in query", "SELECT count FROM visits WHERE shelf = :shelf", "one"),
].join("\n");

let service: OwnService;
before(async () => {
  service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
  const books = [
    ["a", 1990, "A", { colour: "red" }],
    ["a", 1990, "B", { size: "small" }],
    ["a", 1991, "C", { colour: "blue", size: "big" }],
    ["a", 1993, "D", null],
    ["b", 2000, "E", { colour: "red" }],
  ] as const;
  for (const [shelf, year, title, tags] of books) {
    await succeed(send("POST", "/books", { shelf, year, title, tags }));
  }
});
after(() => service[Symbol.asyncDispose]());

const send = (method: string, path: string, json: unknown) =>
  service.request(path, { method, json, user: null });
const items = async (path: string) =>
  (await succeed<Page<Record<string, unknown>>>(service.request(path, { user: null }))).items;

describe("SELECT", () => {
  it("JSON gives each row as the text that Cassandra makes of it", async () => {
    const [first] = await items("/as_json?shelf=b");
    expect(JSON.parse(String(first!["[json]"]))).toEqual({ year: 2000, title: "E" });
  });

  it("binds markers of any name that CQL takes", async () => {
    expect(await items("/shelves/a/years?from_=1991&un__til=1993")).toEqual([{ year: 1991 }]);
  });

  it("DISTINCT gives each partition once", async () => {
    const shelves = await items("/shelves");
    expect(shelves.map(({ shelf }) => shelf).toSorted()).toEqual(["a", "b"]);
  });

  it("finds by the keys and the entries of a map", async () => {
    const titles = async (path: string) => (await items(path)).map(({ title }) => title).toSorted();
    expect(await titles("/tagged?key=colour")).toEqual(["A", "C", "E"]);
    expect(await titles("/tagged?key=none")).toEqual([]);
    expect(await titles("/tagged_so?value=red")).toEqual(["A", "E"]);
  });

  it("compares several columns at once", async () => {
    expect(await items("/since?shelf=a&year=1990&title=A")).toEqual([
      { year: 1990, title: "B" },
      { year: 1991, title: "C" },
      { year: 1993, title: "D" },
    ]);
  });

  it("takes a list of markers", async () => {
    expect((await items("/some_of?shelf=a&one=1993&other=1991")).map(({ year }) => year))
      .toEqual([1991, 1993]);
  });

  it("groups from page to page", async () => {
    const pages = await readPages<unknown>(service, "/by_year?shelf=a&limit=1");
    expect(pages.flat()).toEqual([
      { year: 1990, books: "2" },
      { year: 1991, books: "1" },
      { year: 1993, books: "1" },
    ]);
  });

  it("bounds the rows of each partition", async () => {
    const found = await items("/one_of_each");
    expect(found.toSorted((one, other) => String(one.shelf).localeCompare(String(other.shelf))))
      .toEqual([{ shelf: "a", title: "A" }, { shelf: "b", title: "E" }]);
  });

  it("goes through a range of tokens", async () => {
    const [low, high] = [-(2n ** 63n), 2n ** 63n - 1n];
    const all = await items(`/around?low=${low}&high=${high}`);
    expect(new Set(all.map(({ shelf }) => shelf))).toEqual(new Set(["a", "b"]));
    const place = BigInt(String(all[0]!.place));
    const one = await items(`/around?low=${place}&high=${place + 1n}`);
    expect(new Set(one.map(({ shelf }) => shelf))).toEqual(new Set([all[0]!.shelf]));
  });
});

describe("A write", () => {
  it("has a condition on a static column", async () => {
    expect(await succeed(send("PUT", "/owners", { shelf: "b", owner: "Ann" }))).toEqual({
      applied: true,
    });
    const second = await send("PUT", "/owners", { shelf: "b", owner: "Bob" });
    expect([second.status, (await second.json()).current]).toMatchObject([409, { owner: "Ann" }]);
  });

  it("has one time for a whole batch", async () => {
    const move = { shelf: "b", title: "E", year: 2001, old_year: 2000 };
    const at = String((Date.now() - 1_000) * 1_000);
    await succeed(send("POST", "/moves", { ...move, at: "1" }));
    const years = async () => (await items("/since?shelf=b&year=0&title=")).map(({ year }) => year);
    expect(await years()).toEqual([2000, 2001]);
    await succeed(send("POST", "/moves", { ...move, at: String(BigInt(at) + 2_000_000n) }));
    expect(await years()).toEqual([2001]);
  });

  it("counts in a batch", async () => {
    await succeed(send("POST", "/visits", { shelf: "a", more: "41" }));
    expect(await succeed(service.request("/visited?shelf=a"))).toEqual({ count: "42" });
  });
});
