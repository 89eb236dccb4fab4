/**
 * Bulk inputs that share a partition go to Cassandra in one batch. Whatever the lines are, the tables
 * must look as if each had been written alone, one after the other.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { parseReport, type Report } from "../support/clients/bulk_client.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const SEED = Number(Deno.env.get("FC_SEED") ?? 1);

const MIGRATION = `
CREATE TABLE readings (sensor text, id int, a int, b text, c set<int>, PRIMARY KEY (sensor, id));
CREATE TABLE latest (sensor text, id int, name text STATIC, a int, PRIMARY KEY (sensor, id));
CREATE TABLE prices (item text, price decimal, a int, b int, PRIMARY KEY (item, price));
CREATE TABLE files (folder text, id int, content blob, PRIMARY KEY (folder, id));
`;

/** JSON that is no int, which only Cassandra finds out. */
const NO_NUMBER = '"none"';

const QUERIES = `
-- name: write_reading :exec
-- @bulk
-- @route POST /readings
-- @public
-- @param a? in body
-- @param b? in body
-- @param c? in body
INSERT INTO readings (sensor, id, a, b, c) VALUES (:sensor, :id, :a, :b, :c);

-- name: write_fixed :exec
-- Constants in the key.
-- @bulk
-- @route POST /fixed
-- @public
INSERT INTO readings (sensor, id, a) VALUES ('fixed', 1, :a);

-- name: write_counted :exec
-- A key that is worked out by Cassandra.
-- @bulk
-- @route POST /counted
-- @public
INSERT INTO readings (sensor, id, a) VALUES (:sensor, (int) :id + 1, :a);

-- name: write_lived :exec
-- @bulk
-- @route POST /told
-- @public
INSERT INTO readings (sensor, id, a) VALUES (:sensor, :id, from_json(:a));

-- name: write_thrice :exec
-- More replicas than there are.
-- @bulk
-- @route POST /thrice
-- @public
-- @consistency THREE
INSERT INTO readings (sensor, id, a) VALUES (:sensor, :id, :a);

-- name: update_reading :exec
-- @bulk
-- @route PATCH /readings
-- @public
UPDATE readings SET a = :a WHERE sensor = :sensor AND id = :id;

-- name: write_latest :exec
-- @bulk
-- @route POST /latest
-- @public
INSERT INTO latest (sensor, id, name, a) VALUES (:sensor, :id, :name, :a);

-- name: write_price :exec
-- @bulk
-- @route POST /prices
-- @public
-- @param a? in body
-- @param b? in body
INSERT INTO prices (item, price, a, b) VALUES (:item, :price, :a, :b);

-- name: write_file :exec
-- @bulk
-- @route POST /files
-- @public
INSERT INTO files (folder, id, content) VALUES (:folder, :id, :content);
`;

let service: OwnService;
before(async () => {
  service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
});
after(() => service[Symbol.asyncDispose]());

interface Uploaded extends Report {
  /** Sent to Cassandra for it, by the observations. */
  readonly statements: number;
}

async function upload(
  path: string,
  rows: readonly unknown[],
  method = "POST",
): Promise<Uploaded> {
  const { observations } = service;
  const since = observations.length;
  const response = await service.request(path, {
    method,
    body: rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    headers: { "content-type": "application/x-ndjson" },
    user: null,
  });
  expect(response.status).toBe(200);
  const report = parseReport(await response.text());
  const statements = observations.slice(since).filter(({ kind }) => kind === "statement").length;
  return { ...report, statements };
}

async function rowsOf(table: string, columns: string): Promise<Record<string, unknown>[]> {
  const { rows } = await service.client.execute(`SELECT ${columns} FROM ${table}`, [], {
    fetchSize: 10_000,
  });
  return rows.map((row) => ({ ...row }));
}

describe("@bulk of rows that share a partition", () => {
  it("sends them together, and writes each", async () => {
    const rows = Array.from({ length: 450 }, (_, id) => ({ sensor: `s${id % 3}`, id, a: id }));
    const { summary, failures, statements } = await upload("/readings", rows);
    expect([summary, failures]).toEqual([{ read: 450, written: 450, failed: 0 }, []]);
    expect(statements).toBeLessThan(20);
    const stored = await rowsOf("readings", "sensor, id, a");
    expect(stored.toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(rows);
  });

  it("leaves rows as if every line had been written alone, in order", async () => {
    const line = fc.record({
      sensor: fc.constantFrom("x", "y", ""),
      id: fc.integer({ min: 0, max: 4 }),
      a: fc.option(fc.integer({ min: -5, max: 5 })),
      b: fc.option(fc.constantFrom("p", "q", "é")),
      c: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1 })),
    }, { requiredKeys: ["sensor", "id"] });
    type Line = { sensor: string; id: number; a?: unknown; b?: unknown; c?: number[] | null };
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 300 }), async (given) => {
        await service.client.execute("TRUNCATE readings");
        const lines = given.filter(({ sensor }) => sensor !== "");
        const { summary } = await upload("/readings", given);
        expect(summary.written).toBe(lines.length);
        const expected = new Map<string, Record<string, unknown>>();
        for (const { sensor, id, ...cells } of lines as Line[]) {
          const key = `${sensor}${id}`;
          const row = expected.get(key) ?? { sensor, id, a: null, b: null, c: null };
          expected.set(key, Object.assign(row, cells));
          if (cells.c) row.c = cells.c.toSorted();
        }
        const stored = await rowsOf("readings", "sensor, id, a, b, c");
        expect(new Map(stored.map((row) => [`${row.sensor}${row.id}`, row]))).toEqual(expected);
      }),
      { seed: SEED, numRuns: 25 },
    );
  });

  it("takes the last of lines that all write one row", async () => {
    const { summary } = await upload("/fixed", [1, 9, 3, 2].map((a) => ({ a })));
    expect(summary.written).toBe(4);
    expect(await rowsOf("readings WHERE sensor = 'fixed'", "id, a")).toEqual([{ id: 1, a: 2 }]);
  });

  it("names the line that Cassandra refuses, and writes the others", async () => {
    const rows = Array.from({ length: 10 }, (_, id) => ({ sensor: "told", id, a: `${id}` }));
    rows[6]!.a = NO_NUMBER;
    const { summary, failures } = await upload("/told", rows);
    expect(summary).toEqual({ read: 10, written: 9, failed: 1 });
    expect(failures).toMatchObject([{ line: 7, code: "invalid_input" }]);
    const stored = await rowsOf("readings WHERE sensor = 'told'", "id, a");
    expect(stored.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9]);
  });

  it("leaves the last line of each row that Cassandra did not refuse", async () => {
    const line = fc.record({
      sensor: fc.constantFrom("refused", "taken"),
      id: fc.integer({ min: 0, max: 5 }),
      a: fc.oneof(
        { arbitrary: fc.integer({ min: 0, max: 9 }).map(String), weight: 9 },
        fc.constant(NO_NUMBER),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 60 }), async (lines) => {
        await service.client.execute("TRUNCATE readings");
        const { failures } = await upload("/told", lines);
        const isRefused = ({ a }: { a: string }) => a === NO_NUMBER;
        expect(failures.map(({ line }) => line))
          .toEqual(lines.flatMap((each, index) => isRefused(each) ? index + 1 : []));
        const taken = lines.filter((each) => !isRefused(each));
        const expected = new Map(taken.map(({ sensor, id, a }) => [`${sensor}${id}`, Number(a)]));
        const stored = await rowsOf("readings", "sensor, id, a");
        expect(new Map(stored.map(({ sensor, id, a }) => [`${sensor}${id}`, a]))).toEqual(expected);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  it("asks for the consistency of the query", async () => {
    const { failures } = await upload("/thrice", [1, 2].map((id) => ({ sensor: "t", id, a: id })));
    expect(failures.map(({ line, code }) => [line, code]))
      .toEqual([[1, "unavailable"], [2, "unavailable"]]);
  });

  it("sends no more at once than Cassandra takes", async () => {
    const content = `${"A".repeat(80_000)}`;
    const rows = Array.from({ length: 300 }, (_, id) => ({ folder: "f", id, content }));
    const { summary, statements } = await upload("/files", rows);
    expect([summary.written, statements]).toEqual([300, 300]);
    expect(await rowsOf("files", "count(*)")).toMatchObject([{ count: { low: 300 } }]);
  });
});

describe("@bulk of rows that cannot be told apart", () => {
  it("writes each alone where the key is worked out in the statement", async () => {
    const { statements } = await upload("/counted", [1, 2].map((a) => ({ sensor: "n", id: 1, a })));
    expect(statements).toBe(2);
    expect(await rowsOf("readings WHERE sensor = 'n'", "id, a")).toEqual([{ id: 2, a: 2 }]);
  });

  it("writes each alone where a column is static", async () => {
    const rows = ["z", "a"].map((name, id) => ({ sensor: "s", id, name, a: id }));
    const { statements } = await upload("/latest", rows);
    expect(statements).toBe(2);
    expect((await rowsOf("latest", "name"))[0]).toEqual({ name: "a" });
  });

  it("writes each alone where values are equal that differ in bytes", async () => {
    const rows = [
      { item: "i", price: "1.00", a: 9, b: 1 },
      { item: "i", price: "1.0", a: 1, b: 9 },
    ];
    const { statements } = await upload("/prices", rows);
    expect(statements).toBe(2);
    expect(await rowsOf("prices", "a, b")).toEqual([{ a: 1, b: 9 }]);
  });

  it("writes each alone where it updates", async () => {
    const rows = [1, 2].map((id) => ({ sensor: "u", id, a: id }));
    const { statements, summary } = await upload("/readings", rows, "PATCH");
    expect([statements, summary.written]).toEqual([2, 2]);
  });
});
