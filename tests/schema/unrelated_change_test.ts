/**
 * A change of a table while others are served: their statements stay as they are, on the node too, whose cache
 * has no room for as many of them as there may be changes. What is read is the node's own list of them.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE words (k text PRIMARY KEY, v int);
CREATE TABLE notes (k text PRIMARY KEY, v int);
`;

const QUERIES = `
-- name: write_word :exec
-- @route PUT /words/{k}
-- @public
INSERT INTO words (k, v) VALUES (:k, :v);

-- name: get_word :one
-- @route GET /words/{k}
-- @public
SELECT v FROM words WHERE k = :k;

-- name: get_note :one
-- @route GET /notes/{k}
-- @public
SELECT k, v FROM notes WHERE k = :k;

-- name: get_cached_word :one
-- @route GET /cached/{k}
-- @public
-- @cache ttl=30s stale=300s
SELECT v FROM words WHERE k = :k;

-- name: write_both :exec
-- @route POST /both
-- @public
BEGIN BATCH
  INSERT INTO words (k, v) VALUES (:k, :v);
  INSERT INTO notes (k, v) VALUES (:k, :v);
APPLY BATCH;
`;

describe("a change that does not concern a query", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
  });
  after(() => service?.[Symbol.asyncDispose]());

  /** The statements that the node keeps, but for those about the service's own tables. */
  async function preparedOnNode(): Promise<Set<string>> {
    const { rows } = await service.client.execute(
      "SELECT logged_keyspace, query_string FROM system.prepared_statements",
      [],
      { fetchSize: 1_000_000 },
    );
    const own = rows.filter(({ logged_keyspace: keyspace, query_string: text }) =>
      keyspace === service.env.CASSANDRA_KEYSPACE && !text.includes("cqlgate_cursors")
    );
    return new Set(own.map(({ query_string: text }) => text));
  }

  async function useAll(): Promise<void> {
    await succeed(service.request("/both", { method: "POST", json: { k: "k", v: 1 } }));
    await succeed(service.request("/words/k", { method: "PUT", json: { v: 2 } }));
    for (const path of ["/words/k", "/cached/k"]) {
      expect(await succeed(service.request(path))).toEqual({ v: 2 });
    }
    expect(await succeed(service.request("/notes/k"))).toEqual({ k: "k", v: 1 });
  }

  /** What is prepared from just before a change until its routes are served and used. */
  async function preparedBy(cql: string): Promise<string[]> {
    await useAll();
    const before = await preparedOnNode();
    const derived = () => service.observations.filter(({ kind }) => kind === "routes").length;
    const derivedBefore = derived();
    await service.client.execute(cql);
    await useAll();
    await eventually("the routes are derived", () => derived() > derivedBefore);
    await useAll();
    return [...await preparedOnNode()].filter((text) => !before.has(text));
  }

  const cacheMisses = () =>
    service.observations.filter((each) => each.kind === "cached_read" && each.outcome === "miss")
      .length;

  it("prepares nothing, and only the statements of a table where that has changed", async () => {
    let round = 0;
    // Where other keyspaces of the node change at the same time, it is in doubt, and prepares.
    await eventually("a new table has nothing prepared, and nothing read again", async () => {
      await useAll();
      const misses = cacheMisses();
      expect(await preparedBy(`CREATE TABLE newer_${round++} (k text PRIMARY KEY)`)).toEqual([]);
      expect(cacheMisses()).toBe(misses);
      return true;
    });
    await eventually("a new column has only its table's statements prepared", async () => {
      const prepared = await preparedBy(`ALTER TABLE notes ADD c${round++} int`);
      expect(prepared.length).toBeGreaterThan(0);
      expect(prepared.filter((text) => !text.includes("notes"))).toEqual([]);
      return true;
    });
  });
});
