/**
 * Pages of a query with `bucket:now` after the bucket has changed: they go on in the bucket of the first page.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, beforeEach, describe, it } from "@std/testing/bdd";
import { type AuditFile, createAuditFile } from "../audit/audit_events.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, type Page, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE events (kind text, day text, id int, PRIMARY KEY ((kind, day), id));
CREATE TABLE words (day date, word text, PRIMARY KEY ((day), word));
CREATE TABLE readings (day int, month text, at timestamp, PRIMARY KEY ((day, month), at));
`,
  queries: `
-- name: list_today :many
-- @route GET /events/{kind}/today
-- @public
-- @audit
-- @page size=2 max=10
-- @param day in bucket:now by=day
SELECT day, id FROM events WHERE kind = :kind AND day = :day;

-- name: list_words :many
-- @route GET /words
-- @public
-- @page size=2 max=10
-- @param day in bucket:now by=day
SELECT word FROM words WHERE day = :day;

-- name: list_readings :many
-- The month is walked along, and the day is of the request.
-- @route GET /readings
-- @public
-- @page size=2 max=10
-- @param day in bucket:now by=day number=count
-- @walk month from=:since to=:until order=asc by=month
SELECT day, at FROM readings
 WHERE day = :day AND month = :month AND at >= :since AND at < :until;
`,
};

const DAY_MS = 86_400_000;
const NOON = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
const [TODAY, TOMORROW] = [NOON, NOON + DAY_MS].map((ms) =>
  new Date(ms).toISOString().slice(0, 10)
);

describe("Pages of bucket:now", () => {
  let service: OwnService;
  let audit: AuditFile;
  let now = NOON;
  before(async () => {
    audit = await createAuditFile();
    service = await startOwnService(CQL, {
      now: () => now,
      env: { AUDIT_LOG: `file:${audit.path}` },
    });
    const insert = (cql: string, values: unknown[]) =>
      service.client.execute(cql, values, { prepare: true });
    for (const [index, day] of [TODAY, TOMORROW].entries()) {
      for (const id of [1, 2, 3, 4, 5]) {
        await insert("INSERT INTO events (kind, day, id) VALUES ('a', ?, ?)", [
          day,
          id + index * 10,
        ]);
        const word = `${index}${id}`.repeat(1_200);
        await insert("INSERT INTO words (day, word) VALUES (?, ?)", [day, word]);
        const month = `2010-0${id}`;
        await insert("INSERT INTO readings (day, month, at) VALUES (?, ?, ?)", [
          NOON / DAY_MS - 0.5 + index,
          month,
          new Date(`${month}-01T00:00:00Z`),
        ]);
      }
    }
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await audit?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    now = NOON;
  });

  const get = (path: string) => service.request(path, { user: null });

  /** Every page, a day later than the page before. */
  async function readOverDays(path: string): Promise<Record<string, unknown>[][]> {
    const pages: Record<string, unknown>[][] = [];
    let cursor: string | null = null;
    do {
      const separator: string = path.includes("?") ? "&" : "?";
      const page: Page<Record<string, unknown>> = await succeed(
        get(cursor === null ? path : `${path}${separator}cursor=${cursor}`),
      );
      pages.push(page.items);
      cursor = page.next_cursor;
      now += DAY_MS;
    } while (cursor !== null);
    return pages;
  }

  it("are all of the first page's day", async () => {
    expect(await readOverDays("/events/a/today")).toEqual([
      [{ day: TODAY, id: 1 }, { day: TODAY, id: 2 }],
      [{ day: TODAY, id: 3 }, { day: TODAY, id: 4 }],
      [{ day: TODAY, id: 5 }],
    ]);
    now = NOON + DAY_MS;
    expect((await readOverDays("/events/a/today")).flat().map(({ id }) => id))
      .toEqual([11, 12, 13, 14, 15]);
  });

  it("are so where a cursor is too long for a URL, and kept", async () => {
    const { next_cursor } = await succeed<Page<unknown>>(get("/words"));
    expect(next_cursor).toMatch(/^~/);
    const words = (await readOverDays("/words")).flat().map(({ word }) => `${word}`.slice(0, 2));
    expect(words).toEqual(["01", "02", "03", "04", "05"]);
  });

  it("are so in a walk along other buckets", async () => {
    const path = "/readings?since=2010-01-01T00:00:00Z&until=2010-06-01T00:00:00Z";
    const rows = (await readOverDays(path)).flat();
    expect(rows.map(({ at }) => `${at}`.slice(0, 7)))
      .toEqual(["2010-01", "2010-02", "2010-03", "2010-04", "2010-05"]);
    expect(new Set(rows.map(({ day }) => day))).toEqual(new Set([Math.floor(NOON / DAY_MS)]));
  });

  it("need the cursor of the same values, on the same day and on the next", async () => {
    const { next_cursor } = await succeed<Page<unknown>>(get("/events/a/today"));
    for (const later of [0, DAY_MS]) {
      now = NOON + later;
      const events = await problemOf(await get(`/events/b/today?cursor=${next_cursor}`));
      expect(events.code).toBe("invalid_cursor");
      const words = await problemOf(await get(`/words?cursor=${next_cursor}`));
      expect(words.code).toBe("invalid_cursor");
    }
  });

  it("are on record with the day that they are of", async () => {
    const { next_cursor } = await succeed<Page<unknown>>(get("/events/a/today"));
    now += DAY_MS;
    const response = await get(`/events/a/today?cursor=${next_cursor}`);
    await response.body?.cancel();
    const [event] = await audit.of(response.headers.get("x-request-id")!);
    expect(event).toMatchObject({
      event: "outcome",
      partitions: [{
        table: "events",
        key: [{ column: "kind", value: "a" }, { column: "day", value: TODAY }],
      }],
    });
  });
});
