/**
 * Time that is not a `timestamp`: buckets and walks of integers, dates and UUIDs, in columns of every type
 * that names buckets. What is stored and what is read is compared with a plain calculation in nanoseconds.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import {
  answer,
  type OwnService,
  type Page,
  readPages,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const NS_PER_MS = 1_000_000n;
const HOUR = 3_600_000n * NS_PER_MS;
const DAY = 24n * HOUR;

/** A type of instants: how a caller writes an instant, and how fine it is. */
interface Clock {
  readonly type: string;
  readonly tick: bigint;
  readonly unit?: string;
  text(ns: bigint): string;
}

const iso = (ns: bigint) => new Date(Number(floor(ns, NS_PER_MS))).toISOString();

const CLOCKS = {
  s: counted("bigint", "s", 1_000_000_000n),
  int_s: counted("int", "s", 1_000_000_000n),
  ms: counted("bigint", "ms", NS_PER_MS),
  us: counted("bigint", "us", 1_000n),
  ns: counted("bigint", "ns", 1n),
  timestamp: { type: "timestamp", tick: NS_PER_MS, text: iso },
  date: { type: "date", tick: DAY, text: (ns: bigint) => iso(ns).slice(0, 10) },
  timeuuid: { type: "timeuuid", tick: 100n, text: timeuuid },
} satisfies Record<string, Clock>;

interface Table {
  readonly clock: Clock;
  readonly bucket: string;
  readonly by: string;
  readonly number?: string;
  /** The bucket of an instant as JSON, by a plain calculation. */
  name(ns: bigint): unknown;
  /** The time between two rows. */
  readonly spacing: bigint;
  /** Whether the ends of a range are instants, of which functions make the ends of `timeuuid`. */
  readonly byFunctions?: boolean;
}

const TABLES: Readonly<Record<string, Table>> = {
  // As in a trace store: hours of microseconds.
  hours_of_us: {
    clock: CLOCKS.us,
    bucket: "timestamp",
    by: "hour",
    name: (ns) => iso(floor(ns, HOUR) * HOUR / NS_PER_MS * NS_PER_MS),
    spacing: HOUR / 2n,
  },
  // As in another: days since 1970, of the time in a UUID.
  days_of_uuids: {
    clock: CLOCKS.timeuuid,
    bucket: "int",
    by: "day",
    number: "count",
    name: (ns) => Number(floor(ns, DAY)),
    spacing: DAY / 2n,
  },
  days_by_functions: {
    clock: CLOCKS.timeuuid,
    bucket: "text",
    by: "day",
    name: (ns) => iso(ns).slice(0, 10),
    spacing: DAY / 2n,
    byFunctions: true,
  },
  shifts_of_ns: {
    clock: CLOCKS.ns,
    bucket: "bigint",
    by: "6h",
    number: "ns",
    name: (ns) => `${floor(ns, 6n * HOUR) * 6n * HOUR}`,
    spacing: 3n * HOUR,
  },
  weeks_of_s: {
    clock: CLOCKS.s,
    bucket: "date",
    by: "7d",
    name: (ns) => iso(floor(ns, 7n * DAY) * 7n * DAY).slice(0, 10),
    spacing: 7n * DAY / 2n,
  },
  weeks_of_dates: {
    clock: CLOCKS.date,
    bucket: "text",
    by: "week",
    name: (ns) => isoWeek(ns),
    spacing: DAY,
  },
  shifts_of_timestamps: {
    clock: CLOCKS.timestamp,
    bucket: "text",
    by: "12h",
    name: (ns) => iso(floor(ns, 12n * HOUR) * 12n * HOUR).slice(0, 13),
    spacing: 6n * HOUR,
  },
  months_of_int: {
    clock: CLOCKS.int_s,
    bucket: "smallint",
    by: "month",
    number: "count",
    name: (ns) => (yearOf(ns) - 1970) * 12 + Number(iso(ns).slice(5, 7)) - 1,
    spacing: 10n * DAY,
  },
  days_of_ms: {
    clock: CLOCKS.ms,
    bucket: "bigint",
    by: "day",
    name: (ns) => iso(ns).slice(0, 10).replaceAll("-", ""),
    spacing: DAY / 4n,
  },
  years_of_ms: {
    clock: CLOCKS.ms,
    bucket: "int",
    by: "year",
    name: yearOf,
    spacing: 91n * DAY,
  },
};

/** Where rows lie around: 1970, a leap day, and the end of a year whose last days are of another week. */
const BASES: Readonly<Record<string, bigint>> = {
  epoch: 0n,
  leap_day: BigInt(Date.UTC(2000, 1, 29)) * NS_PER_MS,
  year_end: BigInt(Date.UTC(2010, 0, 1)) * NS_PER_MS,
};

const STEPS = 16n;

function migrationOf([name, { clock, bucket }]: [string, Table]): string {
  return ["asc", "desc"].map((order) => `
CREATE TABLE ${name}_${order} (sensor text, bucket ${bucket}, at ${clock.type}, n int,
  PRIMARY KEY ((sensor, bucket), at)) WITH CLUSTERING ORDER BY (at ${order});`).join("");
}

function queriesOf([name, { clock, by, number, byFunctions }]: [string, Table]): string {
  const unit = clock.unit === undefined ? "" : ` unit=${clock.unit}`;
  const options = `by=${by}${unit}${number === undefined ? "" : ` number=${number}`}`;
  const [since, until] = byFunctions
    ? ["minTimeuuid(:since)", "minTimeuuid(:until)"]
    : [":since", ":until"];
  return ["asc", "desc"].map((order) => `
-- name: add_${name}_${order} :exec
-- @route POST /${name}_${order}
-- @public
-- @bulk
-- @param bucket in bucket:at ${options}
INSERT INTO ${name}_${order} (sensor, bucket, at, n) VALUES (:sensor, :bucket, :at, :n);

-- name: buckets_of_${name}_${order} :many
-- @route GET /${name}_${order}
-- @public
-- @page size=1000
SELECT DISTINCT sensor, bucket FROM ${name}_${order};

-- name: bucket_of_${name}_${order} :many
-- @route GET /${name}_${order}/{sensor}/{bucket}
-- @public
-- @param bucket in path by=${by}${number === undefined ? "" : ` number=${number}`}
SELECT n FROM ${name}_${order} WHERE sensor = :sensor AND bucket = :bucket;

-- name: walk_${name}_${order} :many
-- @route GET /${name}_${order}/{sensor}
-- @public
-- @walk bucket from=:since to=:until order=${order} ${options} max=60
-- @page size=100 max=1000
SELECT n FROM ${name}_${order}
 WHERE sensor = :sensor AND bucket = :bucket AND at >= ${since} AND at < ${until};
`).join("");
}

describe("time buckets", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({
      migration: Object.entries(TABLES).map(migrationOf).join("\n"),
      queries: Object.entries(TABLES).map(queriesOf).join("\n"),
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  /** Instants on both sides of a base: at even distances, and a tick beside each. */
  function instantsAround(base: bigint, { clock, spacing }: Table): bigint[] {
    const all = Array.from({ length: Number(2n * STEPS) + 1 }, (_, index) => {
      const at = base + (BigInt(index) - STEPS) * spacing;
      return [at - clock.tick, at, at + clock.tick];
    }).flat();
    const ticks = new Set(all.map((at) => floor(at, clock.tick) * clock.tick));
    return [...ticks].sort((one, other) => one < other ? -1 : 1);
  }

  for (const [name, table] of Object.entries(TABLES)) {
    const { clock, spacing, byFunctions } = table;
    const clockOfEnds = byFunctions ? CLOCKS.timestamp : clock;
    for (const order of ["asc", "desc"] as const) {
      it(`files ${name} in ${order} order by a plain calculation, and walks them exactly`, async () => {
        const path = `/${name}_${order}`;
        const stored = new Set<string>();
        for (const [sensor, base] of Object.entries(BASES)) {
          const instants = instantsAround(base, table);
          const lines = instants.map((ns, n) =>
            JSON.stringify({ sensor, at: jsonOf(ns, clock), n }) + "\n"
          );
          const report = await succeed<unknown>(
            service.request(path, {
              method: "POST",
              body: lines.join(""),
              headers: { "content-type": "application/x-ndjson" },
              user: null,
            }),
          );
          expect(report).toMatchObject({ summary: { failed: 0, written: instants.length } });
          for (const ns of instants) stored.add(JSON.stringify([sensor, table.name(ns)]));

          const ends = [base - 3n * spacing, base, base + 2n * spacing + clockOfEnds.tick];
          const ranges = [
            [base - STEPS * spacing, base + STEPS * spacing],
            [base, base],
            [base + spacing, base - spacing],
            ...ends.flatMap((since) =>
              [0n, -1n, 1n].map((ticks) => [
                since,
                base + 5n * spacing + ticks * clockOfEnds.tick,
              ])
            ),
          ] as [bigint, bigint][];
          for (const [since, until] of ranges) {
            const grid = (ns: bigint) => floor(ns, clockOfEnds.tick) * clockOfEnds.tick;
            const rows = instants.flatMap((ns, n) =>
              ns >= grid(since) && ns < grid(until) ? [{ n }] : []
            );
            const expected = order === "asc" ? rows : rows.toReversed();
            const query = `since=${clockOfEnds.text(since)}&until=${clockOfEnds.text(until)}`;
            for (const limit of [1000, 7]) {
              const pages = await readPages(
                service,
                `${path}/${sensor}?${query}&limit=${limit}`,
              );
              expect([query, limit, pages.flat()]).toEqual([query, limit, expected]);
            }
          }
        }
        const { items } = await succeed<Page<{ sensor: string; bucket: unknown }>>(
          service.request(path, { user: null }),
        );
        const found = items.map(({ sensor, bucket }) => JSON.stringify([sensor, bucket]));
        expect(found.sort()).toEqual([...stored].sort());

        // Each of them can be named in a path.
        const total = await Promise.all(
          items.map(async ({ sensor, bucket }) =>
            (await succeed<Page<unknown>>(
              service.request(`${path}/${sensor}/${encodeURIComponent(`${bucket}`)}?limit=1000`, {
                user: null,
              }),
            )).items.length
          ),
        );
        const rows = Object.values(BASES).map((base) => instantsAround(base, table).length);
        expect(total.reduce((sum, count) => sum + count, 0))
          .toBe(rows.reduce((sum, count) => sum + count, 0));
      });
    }
  }

  const REFUSED: Readonly<Record<string, readonly [path: string, at: unknown, detail: string]>> = {
    "seconds beyond the year 9999": [
      "/weeks_of_s_asc",
      "253402300800",
      "Expected a time from 0000-01-06T00:00:00.000Z to 9999-12-31T23:59:59.999Z, in seconds since 1970",
    ],
    "the last of 64 bits": [
      "/years_of_ms_asc",
      "9223372036854775807",
      "Expected a time in the years 0000 to 9999, in milliseconds since 1970",
    ],
    "the first of 64 bits": [
      "/days_of_ms_asc",
      "-9223372036854775808",
      "Expected a time in the years 0000 to 9999, in milliseconds since 1970",
    ],
    "a week that begins before the year 0000": [
      "/weeks_of_dates_asc",
      "0000-01-01",
      "Expected a time from 0000-01-03T00:00:00.000Z to 9999-12-31T23:59:59.999Z",
    ],
  };
  for (const [what, [path, at, detail]] of Object.entries(REFUSED)) {
    it(`refuses ${what}, written or as an end of a range`, async () => {
      const json = { sensor: "far", at, n: 1 };
      const written = await problemOf(
        await service.request(path, { method: "POST", json, user: null }),
      );
      expect([written.status, written.errors]).toEqual([422, [{ pointer: "/body/at", detail }]]);
      const read = await problemOf(
        await service.request(`${path}/far?since=${at}&until=${at}`, { user: null }),
      );
      expect([read.status, read.errors]).toEqual([422, [{ pointer: "/query/since", detail }]]);
    });
  }

  it("takes the first and the last instants that have a bucket", async () => {
    for (
      const [path, at] of [
        ["/weeks_of_s_asc", "253402300799"],
        ["/years_of_ms_asc", "-62167219200000"],
        ["/shifts_of_ns_asc", "9223372036854775807"],
        ["/shifts_of_ns_asc", `${BigInt(Date.UTC(1677, 8, 21, 6)) * NS_PER_MS}`],
        ["/days_of_uuids_asc", "00000000-0000-1000-8080-808080808080"],
        ["/days_of_uuids_asc", "ffffffff-ffff-1fff-bf7f-7f7f7f7f7f7f"],
      ]
    ) {
      const json = { sensor: "edge", at, n: 1 };
      const added = await answer(service.request(path!, { method: "POST", json, user: null }));
      expect([at, added]).toEqual([at, [204, null]]);
    }
  });

  it("refuses the ends of a range that no timeuuid can hold", async () => {
    for (
      const since of ["0000-01-01T00:00:00Z", "1582-10-14T23:59:59.999Z", "9999-01-01T00:00:00Z"]
    ) {
      const problem = await problemOf(
        await service.request(`/days_by_functions_asc/x?since=${since}&until=${since}`, {
          user: null,
        }),
      );
      expect([since, problem.status]).toEqual([since, 422]);
    }
  });

  it("refuses a range of too many buckets, in words", async () => {
    const problem = await problemOf(
      await service.request(`/shifts_of_ns_asc/x?since=0&until=${61n * 6n * HOUR}`, { user: null }),
    );
    expect([problem.code, problem.detail]).toEqual([
      "range_too_wide",
      "The range spans more than 60 buckets of 6 hours: ask for less at once",
    ]);
  });
});

function counted(type: string, unit: string, tick: bigint): Clock {
  return { type, unit, tick, text: (ns) => `${floor(ns, tick)}` };
}

/** An instant in a body: only an `int` is a JSON number. */
function jsonOf(ns: bigint, { type, text }: Clock): string | number {
  return type === "int" ? Number(text(ns)) : text(ns);
}

/** Division towards the past. */
function floor(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}

function yearOf(ns: bigint): number {
  return Number(iso(ns).slice(0, 4));
}

/** By walking back to a year's first Thursday, day by day. */
function isoWeek(ns: bigint): string {
  let day = floor(ns, DAY);
  const weekday = Number((day + 3n) - floor(day + 3n, 7n) * 7n);
  day += 3n - BigInt(weekday);
  const year = yearOf(day * DAY);
  let week = 0;
  for (; yearOf(day * DAY) === year; day -= 7n) week++;
  return `${year}-W${`${week}`.padStart(2, "0")}`;
}

/** The first UUID of a time: RFC 9562, section 5.1. */
function timeuuid(ns: bigint): string {
  const ticks = floor(ns, 100n) + 122_192_928_000_000_000n;
  const hex = ticks.toString(16).padStart(15, "0");
  return `${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}-8080-808080808080`;
}
