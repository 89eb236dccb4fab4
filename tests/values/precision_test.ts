/**
 * `precision=truncate`: instants with more digits than Cassandra holds, wherever they come from.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE events (source int, month text, at timestamp, clock time, seen set<timestamp>,
  PRIMARY KEY ((source, month), at));
`;

const QUERIES = `
-- name: record :exec
-- @route POST /events/{source}
-- @public
-- @bulk
-- @param month in bucket:at by=month
-- @param at in body precision=truncate
-- @param clock? in body precision=truncate
-- @param seen? in body precision=truncate
INSERT INTO events (source, month, at, clock, seen) VALUES (:source, :month, :at, :clock, :seen);

-- name: record_exactly :exec
-- @route POST /exact/{source}
-- @public
-- @param month in bucket:at by=month
INSERT INTO events (source, month, at) VALUES (:source, :month, :at);

-- name: event_of_path :one
-- @route GET /events/{source}/{at}
-- @public
-- @param month in bucket:at by=month
-- @param at in path precision=truncate
SELECT month, at, clock, seen FROM events WHERE source = :source AND month = :month AND at = :at;

-- name: event_of_header :one
-- @route GET /header/{source}
-- @public
-- @param month in bucket:at by=month
-- @param at in header precision=truncate
SELECT at FROM events WHERE source = :source AND month = :month AND at = :at;

-- name: walk_events :many
-- @route GET /events/{source}
-- @public
-- @walk month from=:since to=:until order=asc
-- @param since in query precision=truncate
-- @param until in query precision=truncate
SELECT month, at FROM events
 WHERE source = :source AND month = :month AND at >= :since AND at < :until;

-- name: listed_events :many
-- @route GET /listed/{source}/{month}
-- @public
-- @param times in query precision=truncate max=10
SELECT at FROM events WHERE source = :source AND month = :month AND at IN :times;
`;

/** What Python writes for an instant at these microseconds, in UTC or with an offset. */
async function isoformat(): Promise<string[]> {
  const program = `
from datetime import datetime, timedelta, timezone
for at in [datetime(2026, 1, 31, 23, 59, 59, 999999, timezone.utc),
           datetime(2026, 2, 1, 5, 29, 59, 123456, timezone(timedelta(hours=5, minutes=30))),
           datetime(1969, 12, 31, 23, 59, 59, 999999, timezone.utc),
           datetime(2026, 3, 1, 0, 0, 0, 0, timezone.utc),
           datetime(1, 1, 1, 0, 0, 0, 1, timezone.utc),
           datetime.now(timezone.utc).replace(microsecond=123456)]:
    print(at.isoformat())`;
  const { stdout } = await new Deno.Command("python3", { args: ["-c", program] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

describe("precision=truncate", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
  });
  after(() => service?.[Symbol.asyncDispose]());

  function post(path: string, body: unknown): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return service.request(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers,
      user: null,
    });
  }

  it("takes what Python writes, and files it by the instant that is stored", async () => {
    const texts = await isoformat();
    expect(texts).toHaveLength(6);
    for (const at of texts) {
      expect([at, (await post("/events/1", { at })).status]).toEqual([at, 204]);
    }
    const now = new Date(texts[5]!).toISOString();
    const stored = [
      { month: "2026-01", at: "2026-01-31T23:59:59.999Z" },
      { month: "2026-01", at: "2026-01-31T23:59:59.123Z" },
      { month: "1969-12", at: "1969-12-31T23:59:59.999Z" },
      { month: "2026-03", at: "2026-03-01T00:00:00.000Z" },
      { month: "0001-01", at: "0001-01-01T00:00:00.000Z" },
      { month: now.slice(0, 7), at: now },
    ];
    for (const [index, text] of texts.entries()) {
      const path = `/events/1/${encodeURIComponent(text)}`;
      expect(await succeed(service.request(path, { user: null }))).toMatchObject(stored[index]!);
      const headers = { At: text };
      expect(await succeed(service.request("/header/1", { headers, user: null })))
        .toEqual({ at: stored[index]!.at });
    }
  });

  it("refuses the same without the option, and says what would be lost", async () => {
    const problem = await problemOf(await post("/exact/1", { at: "2026-01-01T00:00:00.123456Z" }));
    expect(problem).toMatchObject({
      code: "invalid_input",
      errors: [{
        pointer: "/body/at",
        detail: "Expected no more than milliseconds, which is what a timestamp holds",
      }],
    });
    expect((await post("/exact/1", { at: "2026-01-01T00:00:00.123000+00:00" })).status).toBe(204);
  });

  it("cuts times of day and what collections hold", async () => {
    const at = "2026-05-01T00:00:00Z";
    const seen = ["2026-01-01T00:00:00.1239Z", "1969-12-31T23:59:59.9999Z"];
    expect((await post("/events/2", { at, clock: "23:59:59.9999999999", seen })).status).toBe(204);
    expect(await succeed(service.request(`/events/2/${at}`, { user: null }))).toEqual({
      month: "2026-05",
      at: "2026-05-01T00:00:00.000Z",
      clock: "23:59:59.999999999",
      seen: ["1969-12-31T23:59:59.999Z", "2026-01-01T00:00:00.123Z"],
    });
    const same = ["2026-01-01T00:00:00.1231Z", "2026-01-01T00:00:00.1232Z"];
    expect((await post("/events/2", { at, seen: same })).status).toBe(422);
  });

  it("cuts the lines of an upload, members of a list and the ends of a walk", async () => {
    const times = ["2026-01-31T23:59:59.999999Z", "2026-02-01T00:00:00.000999Z"];
    const uploaded = await service.request("/events/3", {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: times.map((at) => `${JSON.stringify({ at })}\n`).join(""),
      user: null,
    });
    expect([uploaded.status, await uploaded.text()]).toEqual([200, expect.any(String)]);
    const listed = `/listed/3/2026-01?times=${times[0]}&times=${times[1]}`;
    expect(await succeed(service.request(listed, { user: null })))
      .toMatchObject({ items: [{ at: "2026-01-31T23:59:59.999Z" }] });
    const all = [
      { month: "2026-01", at: "2026-01-31T23:59:59.999Z" },
      { month: "2026-02", at: "2026-02-01T00:00:00.000Z" },
    ];
    const walk = (until: string) =>
      succeed<{ items: unknown[] }>(
        service.request(`/events/3?since=${times[0]}&until=${until}`, { user: null }),
      );
    expect((await walk("2026-02-01T00:00:00.001Z")).items).toEqual(all);
    expect((await walk("2026-02-01T00:00:00.000999Z")).items).toEqual(all.slice(0, 1));
  });

  it("is in the description of the parameter", async () => {
    const document = JSON.stringify(await (await service.request("/openapi.json")).json());
    expect(document).toContain("cut down to whole milliseconds, towards the past");
    expect(document).toContain("digits of the second after the third have to be zeros");
  });
});
