/**
 * The examples of time in `docs/query-files.md`, served as they stand there, but for their scopes.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE spans_by_service (service text, bucket timestamp, start_time bigint, trace_id blob,
  PRIMARY KEY ((service, bucket), start_time)) WITH CLUSTERING ORDER BY (start_time DESC);
CREATE TABLE logins_by_day (day int, login_id timeuuid, user_name text, PRIMARY KEY (day, login_id));
CREATE TABLE login_counts (user_id text, day text, logins int, PRIMARY KEY ((user_id, day)));
`;

/** Fills the tables that the examples only read. */
const OWN_QUERIES = `
-- name: add_login :exec
-- @route POST /logins
-- @public
-- @param day in bucket:login_id by=day number=count
INSERT INTO logins_by_day (day, login_id, user_name) VALUES (:day, :login_id, :user_name);

-- name: set_logins :exec
-- @route PUT /users/{user_id}/logins
-- @public
-- @param day in bucket:now by=day
INSERT INTO login_counts (user_id, day, logins) VALUES (:user_id, :day, :logins);

-- name: list_days :many
-- @route GET /users/{user_id}/days/{day}
-- @public
SELECT logins FROM login_counts WHERE user_id = :user_id AND day = :day;
`;

/** The SQL of a section of the page. */
async function examplesOf(heading: string): Promise<string> {
  const page = await Deno.readTextFile(new URL("../../docs/query-files.md", import.meta.url));
  const section = page.split(`\n${heading}\n`)[1]!.split(/\n#{2,4} /)[0]!;
  return [...section.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, text]) => text).join("\n")
    .replace(/^-- @scope .*$/gm, "-- @public");
}

describe("the examples of time buckets", () => {
  let service: OwnService;
  before(async () => {
    const queries = `${await examplesOf("#### Buckets")}\n${OWN_QUERIES}`;
    service = await startOwnService({ migration: MIGRATION, queries });
  });
  after(() => service?.[Symbol.asyncDispose]());

  const send = (method: string, path: string, json: unknown) =>
    answer(service.request(path, { method, json, user: null }));

  it("file spans by the hour, and list them across hours", async () => {
    for (const start_time of ["1264978799999999", "1264978800000000", "1264982400000000"]) {
      const sent = await send("POST", "/services/web/spans", { start_time, trace_id: "yv66vg==" });
      expect(sent).toEqual([204, null]);
    }
    const range = "since=1264978799999999&until=1264982400000000";
    const page = await succeed(service.request(`/services/web/spans?${range}`, { user: null }));
    expect(page).toEqual({
      items: [
        { start_time: "1264978800000000", trace_id: "yv66vg==" },
        { start_time: "1264978799999999", trace_id: "yv66vg==" },
      ],
      next_cursor: null,
    });
  });

  it("list the logins of a day that is a number", async () => {
    const login_id = "d2177dd0-eaa2-11de-a572-001b779c76e3";
    expect(await send("POST", "/logins", { login_id, user_name: "ann" })).toEqual([204, null]);
    // 2009-12-17
    const page = await succeed(service.request("/logins/14595", { user: null }));
    expect(page).toMatchObject({ items: [{ login_id, user_name: "ann" }] });
    const problem = await problemOf(await service.request("/logins/3000000", { user: null }));
    expect([problem.status, problem.errors]).toEqual([422, [{
      pointer: "/path/day",
      detail: "Expected a day, as its number, counted from 1970-01-01T00:00Z, such as 14640",
    }]]);
  });

  it("write and read by the clock of the request", async () => {
    const days = [new Date().toISOString().slice(0, 10)];
    expect(await send("PUT", "/users/ann/logins", { logins: 3 }))
      .toEqual([200, { day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) }]);
    const today = await answer(service.request("/users/ann/logins/today", { user: null }));
    days.push(new Date().toISOString().slice(0, 10));
    // Around midnight, it may be the other day when it is read.
    if (days[0] === days[1]) expect(today).toEqual([200, { logins: 3 }]);
    const stored = await Promise.all(
      days.map((day) =>
        succeed<{ items: unknown[] }>(service.request(`/users/ann/days/${day}`, { user: null }))
      ),
    );
    expect(stored.flatMap(({ items }) => items)).toContainEqual({ logins: 3 });
    const query = await problemOf(
      await service.request("/users/ann/logins/today?day=2010-01-01", { user: null }),
    );
    expect(query.status).toBe(422);
  });
});
