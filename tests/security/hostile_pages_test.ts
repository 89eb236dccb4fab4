/**
 * Large answers, many at a time: pages, streams, single rows and single cells that take long to read and
 * to write. A caller may ask for each of them; together they must not hold up everybody else.
 *
 * @module
 */
import { expect } from "@std/expect";
import { Buffer } from "node:buffer";
import { after, before, describe, it } from "@std/testing/bdd";
import { type AttackedService, startAttackedService } from "./attacked_service.ts";

const CQL = {
  migration: `
CREATE TABLE series (name text, id int, numbers frozen<list<int>>, PRIMARY KEY (name, id));
CREATE TABLE words (name text, id int, word text, PRIMARY KEY (name, id));
CREATE TABLE cells (
  id int PRIMARY KEY, words text, numbers frozen<list<int>>, by_number frozen<map<int, text>>, content blob
);
`,
  queries: `
-- name: list_series :many
-- @route GET /series
-- @public
-- @page size=1000 max=1000
SELECT id, numbers FROM series WHERE name = 'a';

-- name: get_series :one
-- @route GET /series/{id}
-- @public
SELECT id, numbers FROM series WHERE name = 'a' AND id = :id;

-- name: add_series :applied
-- @route POST /series/{id}
-- @public
-- @current numbers
INSERT INTO series (name, id, numbers) VALUES ('a', :id, :numbers) IF NOT EXISTS;

-- name: list_words :many
-- @route GET /words
-- @public
-- @page size=1000 max=1000
SELECT id, word FROM words WHERE name = 'a';

-- name: get_words :one
-- @route GET /cells/words
-- @public
SELECT words FROM cells WHERE id = 1;

-- name: get_numbers :one
-- @route GET /cells/numbers
-- @public
SELECT numbers FROM cells WHERE id = 1;

-- name: list_numbers :many
-- @route GET /cells/all-numbers
-- @public
-- @page size=1 max=1
SELECT numbers FROM cells WHERE id = 1;

-- name: get_entries :one
-- @route GET /cells/entries
-- @public
SELECT by_number FROM cells WHERE id = 1;

-- name: get_content :one
-- @route GET /cells/content
-- @public
-- @raw content
SELECT content FROM cells WHERE id = 1;
`,
};
const MANY = 16;
/** Of the largest cells: together they fit into the memory of a small node. */
const SOME = 4;
const CELL_BYTES = 8_000_000;

const JSON_TYPE = "application/json";
const NDJSON = "application/x-ndjson";
const CSV = "text/csv";

let service: AttackedService;
before(async () => {
  service = await startAttackedService({
    ...CQL,
    routes: ["rows/all_series"],
    env: {
      MAX_IN_FLIGHT_PER_CALLER: "0",
      MAX_PAGE_BYTES: `${2 * CELL_BYTES}`,
      REQUEST_TIMEOUT_MS: "60000",
    },
  });
  const { client } = service;
  const numbers = Array.from({ length: 100_000 }, (_, index) => index * 17);
  const insert = async (cql: string, values: readonly unknown[]) => {
    await client.execute(cql, [...values], { prepare: true });
  };
  for (let id = 0; id < 5; id++) {
    await insert("INSERT INTO series (name, id, numbers) VALUES ('a', ?, ?)", [id, numbers]);
  }
  for (let id = 0; id < 1000; id++) {
    const word = `"${id}\\` + "x".repeat(2_500);
    await insert("INSERT INTO words (name, id, word) VALUES ('a', ?, ?)", [id, word]);
  }
  await insert("UPDATE cells SET words = ? WHERE id = 1", ['"'.repeat(CELL_BYTES)]);
  const many = Array.from({ length: CELL_BYTES / 8 }, (_, index) => index);
  await insert("UPDATE cells SET numbers = ? WHERE id = 1", [many]);
  const entries = Object.fromEntries(many.slice(0, 200_000).map((index) => [index, `e${index}`]));
  await insert("UPDATE cells SET by_number = ? WHERE id = 1", [entries]);
  await insert("UPDATE cells SET content = ? WHERE id = 1", [Buffer.alloc(CELL_BYTES, 7)]);
});
after(() => service?.[Symbol.asyncDispose]());

describe("Large answers at the same time", () => {
  const CASES: [what: string, path: string, headers: Record<string, string>, atOnce?: number][] = [
    ["pages of long lists", "/series", { accept: JSON_TYPE }],
    ["streams of long lists", "/series", { accept: NDJSON }],
    ["CSV of long lists", "/series", { accept: CSV }],
    ["rows with a long list", "/series/1", { accept: JSON_TYPE }],
    ["pages of long texts", "/words", { accept: JSON_TYPE }],
    ["streams of long texts", "/words", { accept: NDJSON }],
    ["CSV of long texts", "/words", { accept: CSV }],
    ["hand-written answers", "/all-series", {}],
    ["pages that nobody compresses", "/words", { "accept-encoding": "identity" }],
    ["pages in gzip", "/words", { "accept-encoding": "gzip" }],
    ["streams in gzip", "/words", { accept: NDJSON, "accept-encoding": "gzip" }],
    ["cells of text", "/cells/words", {}, SOME],
    ["cells of numbers", "/cells/numbers", {}, SOME],
    ["cells of numbers in CSV", "/cells/all-numbers", { accept: CSV }, SOME],
    ["cells of entries", "/cells/entries", {}, SOME],
    ["cells of bytes", "/cells/content", { accept: "*/*" }, SOME],
  ];
  for (const [what, path, headers, atOnce = MANY] of CASES) {
    it(`hold nobody up: ${atOnce} ${what}`, () =>
      service.withstand(async () => {
        await Promise.all(Array.from({ length: atOnce }, async () => {
          const response = await fetch(`${service.url}${path}`, { headers });
          expect(response.status).toBe(200);
          expect(await bytesOf(response)).toBeGreaterThan(500_000);
        }));
      }));
  }

  it(`hold nobody up: ${MANY} rows that are there already`, () =>
    service.withstand(async () => {
      await Promise.all(Array.from({ length: MANY }, async () => {
        const response = await fetch(`${service.url}/series/1`, {
          method: "POST",
          headers: { "content-type": JSON_TYPE },
          body: '{"numbers":[1]}',
        });
        expect(response.status).toBe(409);
        expect(await bytesOf(response)).toBeGreaterThan(500_000);
      }));
    }));

  it("are what smaller ones are", async () => {
    const read = async (path: string, accept: string) =>
      await (await fetch(`${service.url}${path}`, { headers: { accept } })).text();
    const numbers = Array.from({ length: 100_000 }, (_, index) => index * 17);
    const rows = Array.from({ length: 5 }, (_, id) => ({ id, numbers }));
    expect(await read("/series", JSON_TYPE) === JSON.stringify({ items: rows, next_cursor: null }))
      .toBe(true);
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    expect(await read("/series", NDJSON) === lines).toBe(true);
    const csv = rows.map(({ id }) => `${id},"${JSON.stringify(numbers)}"\r\n`).join("");
    expect(await read("/series", CSV) === `id,numbers\r\n${csv}`).toBe(true);
    expect(await read("/cells/words", JSON_TYPE) === `{"words":"${'\\"'.repeat(CELL_BYTES)}"}`)
      .toBe(true);
  });
});

async function bytesOf(response: Response): Promise<number> {
  let bytes = 0;
  for await (const chunk of response.body!) bytes += chunk.length;
  return bytes;
}
