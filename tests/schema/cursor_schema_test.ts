/**
 * Cursors of a table that is dropped and created again: Cassandra takes the paging states of the old table
 * and reads their bytes as values of the new key.
 *
 * @module
 */
import { after, before, describe, it } from "@std/testing/bdd";
import { eventually } from "../support/eventually.ts";
import { type OwnService, type Page, startOwnService, succeed } from "../support/own_service.ts";

const COLUMNS = "k text, v int, PRIMARY KEY (k, v)";

interface Case {
  readonly name: string;
  /** What the table is created again with. */
  readonly columns: string;
  /** Of a request with the cursor, from when the new table is served. */
  readonly status: number;
}

/** By the name of a table. */
const CASES: Readonly<Record<string, Case>> = {
  retyped: {
    name: "is refused where a key has another type",
    columns: "k text, v timestamp, PRIMARY KEY (k, v)",
    status: 400,
  },
  lengthened: {
    name: "is refused where the key has more columns",
    columns: "k text, v int, w int, PRIMARY KEY (k, v, w)",
    status: 400,
  },
  shortened: {
    name: "is refused where the key has fewer columns",
    columns: "k text PRIMARY KEY, v int",
    status: 400,
  },
  reversed: {
    name: "is refused where the key is in another order",
    columns: "k text, v int, PRIMARY KEY (k, v)) WITH CLUSTERING ORDER BY (v DESC",
    status: 400,
  },
  widened: {
    name: "is taken where the key is the same",
    columns: "k text, v int, note text, PRIMARY KEY (k, v)",
    status: 200,
  },
};

const CQL = {
  migration: Object.keys(CASES).map((table) => `CREATE TABLE ${table} (${COLUMNS});\n`).join(""),
  queries: Object.keys(CASES).map((table) => `
-- name: ${table}_of :many
-- @route GET /${table}/{k}
-- @public
SELECT v FROM ${table} WHERE k = :k;
`).join(""),
};

describe("a cursor of a table that is created again", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
  });
  after(() => service?.[Symbol.asyncDispose]());

  for (const [table, { name, columns, status }] of Object.entries(CASES)) {
    it(name, async () => {
      const path = `/${table}/a?limit=2`;
      for (const v of [1, 2, 3]) {
        await service.client.execute(`INSERT INTO ${table} (k, v) VALUES ('a', ${v})`);
      }
      const { next_cursor: cursor } = await succeed<Page<unknown>>(service.request(path));
      await service.client.execute(`DROP TABLE ${table}`);
      await service.client.execute(`CREATE TABLE ${table} (${columns})`);
      await eventually("the new table is served", async () => {
        const response = await service.request(`${path}&cursor=${cursor}`);
        await response.body?.cancel();
        return response.status === status;
      });
    });
  }
});
