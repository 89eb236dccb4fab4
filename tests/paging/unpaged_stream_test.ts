/**
 * A stream of what Cassandra does not page: all of it is one answer, which may be as large as a page.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { answer, type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: `CREATE TABLE notes (id int, n int, text text, PRIMARY KEY (id, n));
CREATE TABLE places (id int PRIMARY KEY, place vector<float, 2>);
CREATE CUSTOM INDEX places_place ON places (place) USING 'StorageAttachedIndex';`,
  queries: `
-- name: list_notes :many
-- @route GET /notes
-- @public
SELECT id, n, text FROM notes WHERE id IN (1, 2) ORDER BY n ASC LIMIT 100;

-- name: nearest_places :many
-- @route GET /places
-- @public
-- @param near in query
-- @param count in query as=limit max=3 default=2
SELECT id FROM places ORDER BY place ANN OF :near LIMIT :count;
`,
};
const ROWS = 30;
/** More, together, than a stream of pages reads at a time. */
const TEXT = "a".repeat(50_000);

describe("A stream of rows that Cassandra does not page", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
    for (let n = 0; n < ROWS; n++) {
      const insert = "INSERT INTO notes (id, n, text) VALUES (?, ?, ?)";
      await service.client.execute(insert, [1 + n % 2, n, TEXT], { prepare: true });
    }
  });
  after(async () => await service?.[Symbol.asyncDispose]());

  it("has as many rows as their page has", async () => {
    const page = await (await service.request("/notes")).json();
    expect(page.items).toHaveLength(ROWS);
    const headers = { accept: "application/x-ndjson" };
    const response = await service.request("/notes", { headers });
    expect(response.status).toBe(200);
    const rows = (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
    expect(rows).toEqual(page.items);
  });
});

describe("The limit of a search for the nearest vectors", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
    for (let id = 0; id < 5; id++) {
      await service.client.execute(`INSERT INTO places (id, place) VALUES (${id}, [1, ${id}])`);
    }
  });
  after(async () => await service?.[Symbol.asyncDispose]());

  const search = (rest: string) => answer(service.request(`/places?near=[1,0.2]${rest}`));
  const found = (...ids: number[]) => ({ items: ids.map((id) => ({ id })), next_cursor: null });

  it("may be called limit, since such a route has no pages", async () => {
    expect(await search("")).toEqual([200, found(0, 1)]);
    expect(await search("&limit=3")).toEqual([200, found(0, 1, 2)]);
    const errors = (pointer: string) =>
      expect.objectContaining({ errors: [{ pointer, detail: expect.any(String) }] });
    expect(await search("&limit=4")).toEqual([422, errors("/query/limit")]);
    expect(await search("&cursor=x")).toEqual([422, errors("/query/cursor")]);
    const { paths } = await (await service.request("/openapi.json")).json();
    expect(paths["/places"].get.parameters.map((each: { name: string }) => each.name))
      .toEqual(["near", "limit"]);
  });
});
