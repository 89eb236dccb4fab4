/**
 * A stream of what Cassandra does not page: all of it is one answer, which may be as large as a page.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE notes (id int, n int, text text, PRIMARY KEY (id, n));",
  queries: `
-- name: list_notes :many
-- @route GET /notes
-- @public
SELECT id, n, text FROM notes WHERE id IN (1, 2) ORDER BY n ASC LIMIT 100;
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
