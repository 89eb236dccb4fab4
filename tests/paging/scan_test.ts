/**
 * `@scan`: the ranges of a table are read by many workers, and together are the table, each row once.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import {
  type OwnService,
  type Page,
  readPages,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE readings (site text, sensor int, n int, words text, PRIMARY KEY ((site, sensor), n));
CREATE TABLE sites (site text PRIMARY KEY);
`;

const RANGES = [1, 2, 7, 64];

const QUERIES = `
-- name: add_readings :exec
-- @route POST /readings
-- @public
-- @bulk
INSERT INTO readings (site, sensor, n, words) VALUES (:site, :sensor, :n, :words);

-- name: add_sites :exec
-- @route POST /sites
-- @public
-- @bulk
INSERT INTO sites (site) VALUES (:site);

-- name: count_sites :many
-- @route GET /sites/counts
-- @public
-- @scan 5 from=:start_token to=:end_token
SELECT count(*) AS sites FROM sites
 WHERE token(site) > :start_token AND token(site) <= :end_token;
${
  RANGES.map((ranges) => `
-- name: scan_${ranges} :many
-- @route GET /readings/${ranges}
-- @public
-- @scan ${ranges} from=:start_token to=:end_token
SELECT site, sensor, n, token(site, sensor) AS place FROM readings
 WHERE token(site, sensor) > :start_token AND token(site, sensor) <= :end_token;
`).join("")
}`;

interface Reading {
  readonly site: string;
  readonly sensor: number;
  readonly n: number;
  readonly place: string;
}

const PARTITIONS = 1200;
const keyOf = ({ site, sensor, n }: Omit<Reading, "place">) => `${site}/${sensor}/${n}`;

const ROWS = Array.from(
  { length: PARTITIONS },
  (_, index) =>
    Array.from({ length: 1 + index % 3 }, (_, n) => ({
      site: `site ${index % 17}`,
      sensor: index - 600,
      n,
    })),
).flat();

describe("@scan", () => {
  let service: OwnService;
  before(async () => {
    // One caller may read a quarter of the streams at a time.
    const env = { MAX_STREAMS: "256" };
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES }, { env });
    await load("/readings", ROWS.map((row) => ({ ...row, words: "w".repeat(row.n) })));
    await load("/sites", Array.from({ length: 500 }, (_, index) => ({ site: `${index}` })));
  });
  after(() => service?.[Symbol.asyncDispose]());

  async function load(path: string, rows: readonly object[]): Promise<void> {
    const report = await succeed(service.request(path, {
      method: "POST",
      body: rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
      headers: { "content-type": "application/x-ndjson" },
      user: null,
    }));
    expect(report).toMatchObject({ summary: { failed: 0, written: rows.length } });
  }

  async function stream(path: string): Promise<Reading[]> {
    const headers = { accept: "application/x-ndjson" };
    const response = await service.request(path, { headers, user: null });
    expect(response.status).toBe(200);
    const lines = (await response.text()).trim();
    return lines === "" ? [] : lines.split("\n").map((line) => JSON.parse(line));
  }

  const all = ROWS.map(keyOf).sort();

  for (const ranges of RANGES) {
    it(`reads the whole table once, in ${ranges} ranges side by side`, async () => {
      const parts = await Promise.all(
        Array.from(
          { length: ranges },
          (_, range) => stream(`/readings/${ranges}?range=${range}&ranges=${ranges}`),
        ),
      );
      expect(parts.flat().map(keyOf).sort()).toEqual(all);
      for (const [range, rows] of parts.entries()) {
        // By a plain calculation: the share of the ring before a token.
        const indexes = rows.map(({ place }) =>
          Number((BigInt(place) + 2n ** 63n - 1n) * BigInt(ranges) / 2n ** 64n)
        );
        expect([range, new Set(indexes)]).toEqual([
          range,
          rows.length === 0 ? new Set() : new Set([range]),
        ]);
      }
    });
  }

  it("reads a range in pages, and as CSV", async () => {
    const path = "/readings/7?range=3";
    const rows = await stream(path);
    expect(rows.length).toBeGreaterThan(100);
    for (const limit of [1000, 37]) {
      const pages = await readPages<Reading>(service, `${path}&limit=${limit}`);
      expect(pages.flat()).toEqual(rows);
    }
    const headers = { accept: "text/csv" };
    const csv = await (await service.request(path, { headers, user: null })).text();
    expect(csv.trim().split("\r\n").slice(1)).toEqual(
      rows.map(({ site, sensor, n, place }) => `${site},${sensor},${n},${place}`),
    );
  });

  it("adds up what each range counts", async () => {
    const counts = await Promise.all([0, 1, 2, 3, 4].map(async (range) => {
      const page = await succeed<Page<{ sites: string }>>(
        service.request(`/sites/counts?range=${range}`, { user: null }),
      );
      return Number(page.items[0]!.sites);
    }));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
  });

  const REFUSED: Readonly<
    Record<string, readonly [query: string, pointer: string, detail: string]>
  > = {
    "no range": ["", "/query/range", "Required"],
    "the range after the last": [
      "range=7",
      "/query/range",
      "Expected an integer from 0 to 6",
    ],
    "a negative range": ["range=-1", "/query/range", "Expected an integer from 0 to 6"],
    "a range in other digits": ["range=01", "/query/range", "Expected an integer from 0 to 6"],
    "two ranges": ["range=0&range=1", "/query/range", "Expected an integer from 0 to 6"],
    "a token of the caller's": [
      "range=0&start_token=0",
      "/query/start_token",
      'Unknown: use one of "limit", "cursor", "range", "ranges"',
    ],
    "a table that is divided otherwise": [
      "range=0&ranges=64",
      "/query/ranges",
      "Expected 7: the table is divided into that many ranges",
    ],
  };
  for (const [what, [query, pointer, detail]] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, async () => {
      const problem = await problemOf(
        await service.request(`/readings/7?${query}`, { user: null }),
      );
      expect([problem.status, problem.errors]).toEqual([422, [{ pointer, detail }]]);
    });
  }

  it("takes the cursor of a range for no other", async () => {
    const { next_cursor } = await succeed<Page<Reading>>(
      service.request("/readings/7?range=3&limit=5", { user: null }),
    );
    const problem = await problemOf(
      await service.request(`/readings/7?range=4&limit=5&cursor=${next_cursor}`, { user: null }),
    );
    expect([problem.status, problem.code]).toEqual([400, "invalid_cursor"]);
  });

  it("says in OpenAPI how many ranges there are", async () => {
    const document = await succeed<Record<string, never>>(
      service.request("/openapi.json", { user: null }),
    );
    const { parameters } = document.paths!["/readings/64"]!["get"] as {
      parameters: { name: string; required?: boolean; schema: object }[];
    };
    const range = parameters.find(({ name }) => name === "range");
    expect(range).toMatchObject({
      required: true,
      schema: { type: "integer", minimum: 0, maximum: 63 },
    });
    expect(parameters.map(({ name }) => name)).not.toContain("start_token");
  });
});
