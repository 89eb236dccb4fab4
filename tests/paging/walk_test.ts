/**
 * `@walk`: a time range over several partitions returns exactly the rows inside it, in order,
 * whatever the page size, the bucket width and the bucket type.
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

const DAY_MS = 86_400_000;

/** A table for each unit and type of its buckets; `spacing` is the time between two rows. */
const TABLES = [
  { unit: "month", type: "text", count: 146, spacing: 2.5 * DAY_MS },
  { unit: "hour", type: "text", count: 30, spacing: 25 * 60_000 },
  { unit: "day", type: "date", count: 30, spacing: DAY_MS / 3 },
  { unit: "week", type: "text", count: 40, spacing: 3 * DAY_MS },
  { unit: "week", type: "timestamp", count: 40, spacing: 3 * DAY_MS },
  { unit: "month", type: "int", count: 40, spacing: 9 * DAY_MS },
  { unit: "year", type: "int", count: 30, spacing: 100 * DAY_MS },
  { unit: "year", type: "text", count: 30, spacing: 100 * DAY_MS },
] as const;

const FIRST = Date.UTC(2010, 0, 1);
const LAST = Date.UTC(2019, 0, 1);
const instant = (ms: number) => new Date(ms).toISOString();
const nameOf = ({ unit, type }: typeof TABLES[number]) => `${unit}_${type}`;

function migrationOf(table: typeof TABLES[number]): string {
  return ["asc", "desc"].map((order) => `
CREATE TABLE ${nameOf(table)}_${order} (
  sensor text, bucket ${table.type}, at timestamp, n int, PRIMARY KEY ((sensor, bucket), at)
) WITH CLUSTERING ORDER BY (at ${order});`).join("");
}

function queriesOf(table: typeof TABLES[number]): string {
  return ["asc", "desc"].map((order) => {
    const name = `${nameOf(table)}_${order}`;
    return `
-- name: add_${name} :exec
-- @route POST /${name}
-- @public
-- @param bucket in bucket:at by=${table.unit}
INSERT INTO ${name} (sensor, bucket, at, n) VALUES (:sensor, :bucket, :at, :n);

-- name: walk_${name} :many
-- @route GET /${name}/{sensor}
-- @public
-- @walk bucket from=:since to=:until order=${order} by=${table.unit} max=200
-- @page size=100 max=1000
SELECT at, n FROM ${name} WHERE sensor = :sensor AND bucket = :bucket
   AND at >= :since AND at < :until;
`;
  }).join("");
}

interface Point {
  readonly at: string;
  readonly n: number;
}

describe("@walk", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({
      migration: TABLES.map(migrationOf).join("\n"),
      queries: `${TABLES.map(queriesOf).join("\n")}
-- name: count_months :many
-- @route GET /months/{sensor}
-- @public
-- @walk bucket from=:since to=:until order=asc by=month max=200
SELECT bucket, count(*) AS points FROM month_text_asc
 WHERE sensor = :sensor AND bucket = :bucket AND at >= :since AND at < :until
 GROUP BY sensor, bucket;

-- name: walk_one_sensor :many
-- @route GET /hall
-- @public
-- @walk bucket from=:since to=:until order=asc by=month max=200
SELECT at, n FROM month_text_asc
 WHERE sensor = 'hall' AND bucket = :bucket AND at >= :since AND at < :until;
`,
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  async function add(table: string, sensor: string, points: readonly Point[]): Promise<void> {
    await Promise.all(points.map((point) =>
      succeed(
        service.request(`/${table}`, { method: "POST", json: { sensor, ...point }, user: null }),
      )
    ));
  }

  /** The rows of `[since, until)` in the order of the table. */
  function within(points: readonly Point[], range: Range, order: "asc" | "desc"): Point[] {
    const rows = points.filter(({ at }) => at >= instant(range.since) && at < instant(range.until));
    return order === "asc" ? rows : rows.toReversed();
  }

  interface Range {
    readonly since: number;
    readonly until: number;
  }
  const query = ({ since, until }: Range) => `since=${instant(since)}&until=${instant(until)}`;

  it("goes along the bucket where the rest of the key is a constant", async () => {
    const points = [10, 25, 45, 70].map((days, n) => ({ at: instant(FIRST + days * DAY_MS), n }));
    await add("month_text_asc", "hall", points);
    await add("month_text_asc", "attic", points);
    const ends = { since: FIRST, until: FIRST + 60 * DAY_MS };
    const pages = await readPages<Point>(service, `/hall?${query(ends)}&limit=2`);
    expect(pages.flat().map(({ n }) => n)).toEqual([0, 1, 2]);
  });

  for (const table of TABLES) {
    for (const order of ["asc", "desc"] as const) {
      const name = `${nameOf(table)}_${order}`;
      const points = Array.from({ length: table.count }, (_, n): Point => ({
        at: instant(FIRST + n * table.spacing),
        n,
      }));
      const last = FIRST + (table.count - 1) * table.spacing;
      const RANGES: Readonly<Record<string, Range>> = {
        "everything": { since: FIRST, until: last + 1 },
        "all but the last": { since: FIRST, until: last },
        "all but the first": { since: FIRST + 1, until: last + 1 },
        "a part": { since: FIRST + 3.5 * table.spacing, until: last - 7.25 * table.spacing },
        "one row": { since: FIRST + 5 * table.spacing, until: FIRST + 5 * table.spacing + 1 },
        "nothing, of no length": { since: FIRST, until: FIRST },
        "nothing, backwards": { since: last, until: FIRST },
        "nothing, before": { since: FIRST - 40 * table.spacing, until: FIRST },
        "more on both ends": { since: FIRST - table.spacing, until: last + table.spacing },
      };

      it(`gives ${name} exactly, in order`, async () => {
        await add(name, "s", points);
        for (const [range, ends] of Object.entries(RANGES)) {
          const rows = within(points, ends, order);
          const pages = await readPages<Point>(service, `/${name}/s?${query(ends)}`);
          expect([range, pages.flat()]).toEqual([range, rows]);
        }
      });

      const sizes = nameOf(table) === "month_text"
        ? Array.from({ length: 40 }, (_, index) => index + 1)
        : [1, 7];
      it(`gives ${name} in pages of any size, and as a stream`, async () => {
        const rows = within(points, RANGES.everything!, order);
        const path = `/${name}/s?${query(RANGES.everything!)}`;
        for (const size of sizes) {
          const pages = await readPages<Point>(service, `${path}&limit=${size}`);
          expect([size, pages.flat()]).toEqual([size, rows]);
          expect(pages.slice(0, -1).every(({ length }) => length === size)).toBe(true);
        }
        const headers = { accept: "application/x-ndjson" };
        const stream = await (await service.request(path, { headers, user: null })).text();
        expect(stream.trim().split("\n").map((line) => JSON.parse(line))).toEqual(rows);
      });
    }
  }

  it("crosses empty buckets, in pages that are full", async () => {
    const months = [0, 1, 14, 50, 51, 52, 99];
    const points = months.map((month, n): Point => ({
      at: instant(Date.UTC(2010, month, 15)),
      n,
    }));
    const ends = { since: FIRST, until: LAST };
    for (const order of ["asc", "desc"] as const) {
      const name = `month_text_${order}`;
      await add(name, "sparse", points);
      const rows = within(points, ends, order);
      for (let size = 1; size <= months.length + 1; size++) {
        const pages = await readPages<Point>(
          service,
          `/${name}/sparse?${query(ends)}&limit=${size}`,
        );
        expect([size, pages.flat()]).toEqual([size, rows]);
        expect(pages.slice(0, -1).every(({ length }) => length === size)).toBe(true);
      }
    }
  });

  it("gives a row for each bucket that has rows, where it groups by the partition key", async () => {
    const times = ["2010-01-02", "2010-01-03", "2010-04-01", "2010-05-06", "2010-06-07"];
    await add("month_text_asc", "c", times.map((day, n) => ({ at: `${day}T00:00:00.000Z`, n })));
    const ends = { since: FIRST, until: Date.UTC(2010, 5, 1) };
    for (const size of [1, 2, 10]) {
      const pages = await readPages(service, `/months/c?${query(ends)}&limit=${size}`);
      expect([size, pages.flat()]).toEqual([size, [
        { bucket: "2010-01", points: "2" },
        { bucket: "2010-04", points: "1" },
        { bucket: "2010-05", points: "1" },
      ]]);
    }
  });

  it("ends after the last bucket, without a cursor", async () => {
    const ends = { since: FIRST, until: Date.UTC(2010, 1, 1) };
    const page = await succeed<Page<Point>>(
      service.request(`/month_text_asc/s?${query(ends)}&limit=14`),
    );
    expect([page.items.length, page.next_cursor]).toEqual([13, null]);
  });

  const REFUSED: Readonly<Record<string, readonly [string, number, string]>> = {
    "more buckets than it may": [
      query({ since: Date.UTC(2000, 0, 1), until: Date.UTC(2016, 8, 1) + 1 }),
      400,
      "range_too_wide",
    ],
    "no start": [`until=${instant(LAST)}`, 422, "invalid_input"],
    "no end": [`since=${instant(FIRST)}`, 422, "invalid_input"],
    "an end that is not a time": ["since=2010&until=2011", 422, "invalid_input"],
    "a start in the year 10000": [
      `since=%2B010000-01-01T00:00:00Z&until=%2B010000-01-02T00:00:00Z`,
      422,
      "invalid_input",
    ],
    "a bucket": [`${query({ since: FIRST, until: LAST })}&bucket=2010-01`, 422, "invalid_input"],
  };
  for (const [name, [range, status, code]] of Object.entries(REFUSED)) {
    it(`refuses ${name}`, async () => {
      const problem = await problemOf(await service.request(`/month_text_asc/s?${range}`));
      expect([problem.status, problem.code]).toEqual([status, code]);
    });
  }

  it("takes as many buckets as it may", async () => {
    const ends = { since: Date.UTC(2000, 0, 1), until: Date.UTC(2016, 8, 1) };
    const pages = await readPages(service, `/month_text_asc/none?${query(ends)}`);
    expect(pages).toEqual([[]]);
  });
});
