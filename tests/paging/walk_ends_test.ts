/**
 * The ends of an `@walk`: a bucket that begins at an end with `<` is neither counted nor read, and no row before
 * that end is left out, to the last digit.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import { type OwnService, readPages, startOwnService, succeed } from "../support/own_service.ts";

const HOUR_US = 3_600_000_000;
/** 2026-01-01T00:00Z, in microseconds since 1970. */
const START_US = Date.UTC(2026, 0, 1) * 1_000;

/** How a range is bounded, and by which type of column. */
const WALKS = {
  exclusive: ["spans", "at >= :since AND at < :until", "unit=us"],
  inclusive: ["spans", "at >= :since AND at <= :until", "unit=us"],
  descending: ["spans_desc", "at >= :since AND at < :until", "unit=us order=desc"],
  timed: ["readings", "at >= :since AND at < :until", ""],
  tuple: ["readings", "(at) >= (:since) AND (at) < (:until)", ""],
  first_id: ["events", "at >= minTimeuuid(:since) AND at < minTimeuuid(:until)", ""],
  last_id: ["events", "at >= minTimeuuid(:since) AND at < maxTimeuuid(:until)", ""],
  id: ["events", "at >= :since AND at < :until", ""],
} as const;

const CQL = {
  migration: `
CREATE TABLE spans (hour text, at bigint, PRIMARY KEY ((hour), at));
CREATE TABLE spans_desc (hour text, at bigint, PRIMARY KEY ((hour), at))
  WITH CLUSTERING ORDER BY (at DESC);
CREATE TABLE readings (hour text, at timestamp, PRIMARY KEY ((hour), at));
CREATE TABLE events (hour text, at timeuuid, PRIMARY KEY ((hour), at));
`,
  queries: Object.entries(WALKS).map(([name, [table, ends, options]]) => `
-- name: walk_${name} :many
-- @route GET /${name}
-- @public
-- @walk hour from=:since to=:until ${
    options.includes("order") ? options : `${options} order=asc`
  } max=2
SELECT at FROM ${table} WHERE hour = :hour AND ${ends};
`).join("") + ["spans", "spans_desc"].map((table) => `
-- name: add_${table} :exec
-- @route POST /${table}
-- @public
-- @param hour in bucket:at by=hour unit=us
INSERT INTO ${table} (hour, at) VALUES (:hour, :at);
`).join(""),
};

describe("The ends of an @walk", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
    const points = [0, 1, HOUR_US, 2 * HOUR_US - 1, 2 * HOUR_US, 2 * HOUR_US + 1];
    for (const table of ["spans", "spans_desc"]) {
      for (const point of points) {
        await succeed(service.request(`/${table}`, {
          method: "POST",
          user: null,
          json: { at: String(START_US + point) },
        }));
      }
    }
  });
  after(() => service?.[Symbol.asyncDispose]());

  /** The rows in microseconds after the start, or the code of the refusal. */
  async function between(name: string, since: number, until: number): Promise<unknown> {
    const path = `/${name}?since=${START_US + since}&until=${START_US + until}&limit=2`;
    const first = await service.request(path, { user: null });
    if (first.status !== 200) return (await problemOf(first)).code;
    await first.body?.cancel();
    const pages = await readPages<{ at: string }>(service, path);
    return pages.flat().map(({ at }) => Number(at) - START_US);
  }

  it("leave out the bucket that begins where the range ends", async () => {
    expect(await between("exclusive", 0, 2 * HOUR_US)).toEqual([0, 1, HOUR_US, 2 * HOUR_US - 1]);
    expect(await between("descending", 0, 2 * HOUR_US))
      .toEqual([2 * HOUR_US - 1, HOUR_US, 1, 0]);
    expect(await between("exclusive", 0, HOUR_US)).toEqual([0, 1]);
    expect(await between("exclusive", HOUR_US, HOUR_US)).toEqual([]);
  });

  it("have the bucket of an end that is later than its start by the last digit", async () => {
    expect(await between("exclusive", HOUR_US, 2 * HOUR_US + 1))
      .toEqual([HOUR_US, 2 * HOUR_US - 1, 2 * HOUR_US]);
    expect(await between("descending", HOUR_US, 2 * HOUR_US + 1))
      .toEqual([2 * HOUR_US, 2 * HOUR_US - 1, HOUR_US]);
    expect(await between("exclusive", 0, 2 * HOUR_US + 1)).toBe("range_too_wide");
  });

  it("have the bucket of an end that belongs to the range", async () => {
    expect(await between("inclusive", HOUR_US, 2 * HOUR_US))
      .toEqual([HOUR_US, 2 * HOUR_US - 1, 2 * HOUR_US]);
    expect(await between("inclusive", 0, 2 * HOUR_US)).toBe("range_too_wide");
  });

  const time = (hours: number) => new Date(START_US / 1_000 + hours * 3_600_000).toISOString();
  /** The first UUID of a time, in the order of Cassandra. */
  const id = (hours: number) => {
    const ticks = BigInt(START_US / 1_000 + hours * 3_600_000 + 12_219_292_800_000) * 10_000n;
    const digits = ticks.toString(16).padStart(15, "0");
    return `${digits.slice(-8)}-${digits.slice(-12, -8)}-1${digits.slice(0, 3)}-8080-808080808080`;
  };
  const CASES: [name: string, ends: readonly [string, string], expected: number][] = [
    ["timed", [time(0), time(2)], 200],
    ["tuple", [time(0), time(2)], 200],
    ["first_id", [time(0), time(2)], 200],
    // These reach into the millisecond of the end.
    ["last_id", [time(0), time(2)], 400],
    ["id", [id(0), id(2)], 400],
    ["id", [id(0), id(1.5)], 200],
  ];
  for (const [name, [since, until], status] of CASES) {
    it(`are of the buckets ${status === 200 ? "before" : "of"} ${until} at /${name}`, async () => {
      const response = await service.request(`/${name}?since=${since}&until=${until}`, {
        user: null,
      });
      await response.body?.cancel();
      expect(response.status).toBe(status);
    });
  }
});
