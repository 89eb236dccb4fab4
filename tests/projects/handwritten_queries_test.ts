/**
 * What a hand-written route can do with the queries that it names, on the real service: each method, what
 * comes of a mistake in the handler, and that streams end with their requests.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, beforeEach, describe, it } from "@std/testing/bdd";
import type { Observation } from "../../observe/observation.ts";
import { seen } from "../fixtures/routes/rows/count_items.ts";
import { eventually } from "../support/eventually.ts";
import { problemOf } from "../support/harness.ts";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE items (owner text, id int, version int, note text, PRIMARY KEY ((owner), id));
CREATE TABLE events (owner text, month text, at timestamp, note text,
                     PRIMARY KEY ((owner, month), at));
`;

const QUERIES = `
-- name: get_item :one
SELECT id, version, note FROM items WHERE owner = :owner AND id = :id;

-- name: get_two :one
-- Promises one row where there may be more.
SELECT id FROM items WHERE owner = :owner;

-- name: list_items :many
SELECT id, note FROM items WHERE owner = :owner;

-- name: walk_items :many
-- @walk month from=:since to=:until order=asc max=3
SELECT at, note FROM events WHERE owner = :owner AND month = :month AND at >= :since AND at < :until;

-- name: put_item :exec
-- Hand-written routes know its values by their markers, whatever clients of its own route call them.
-- @route PUT /items/{owner}
-- @scope stations:write
-- @param owner in path as=theOwner
-- @param note? in body as=theNote
INSERT INTO items (owner, id, version, note) VALUES (:owner, :id, 1, :note);

-- name: create_item :applied
-- @param owner in claim:tenant
-- @current note
INSERT INTO items (owner, id, version, note) VALUES (:owner, :id, 1, :note) IF NOT EXISTS;

-- name: replace_item :applied
-- @param owner in claim:tenant
UPDATE items SET note = :note, version = 2 WHERE owner = :owner AND id = :id IF version = :seen;

-- name: replace_both :applied
-- @param owner in claim:tenant
-- @current version
BEGIN BATCH
  UPDATE items SET note = :note WHERE owner = :owner AND id = :one IF version = 1;
  UPDATE items SET note = :note WHERE owner = :owner AND id = :other IF version = 1;
APPLY BATCH;
`;

/** More than five pages of a stream, and more than `many` gives. */
const MANY = 5_200;

let service: OwnService;

before(async () => {
  service = await startOwnService({ migration: MIGRATION, queries: QUERIES }, {
    routes: ["calls/call_query", "rows/export_items", "rows/count_items", "calls/repeat_reads"],
    env: { REQUEST_TIMEOUT_MS: "2000" },
  });
  const insert = "INSERT INTO items (owner, id, version, note) VALUES (?, ?, 1, ?)";
  for (let from = 0; from < MANY; from += 100) {
    const rows = Array.from({ length: 100 }, (_, index) => ({
      query: insert,
      params: ["many", from + index, `note ${from + index}`],
    }));
    await service.client.batch(rows, { prepare: true, logged: false });
  }
});
after(() => service[Symbol.asyncDispose]());
beforeEach(async () => {
  await service.client.execute("DELETE FROM items WHERE owner = 'acme'");
  await call("exec", "put_item", { owner: "acme", id: 1, note: "first" });
  await call("exec", "put_item", { owner: "acme", id: 2 });
});

/** As the user `writer`, whose tenant is acme. */
async function call(method: string, query: string, json: unknown): Promise<unknown> {
  const path = `/call/${method}/${query}`;
  const { result } = await succeed<{ result: unknown }>(
    service.request(path, { method: "POST", json }),
  );
  return result;
}

type AccessEntry = Extract<Observation, { kind: "request" }>;

async function entryOf(requestId: string | null): Promise<AccessEntry> {
  return await eventually(
    "the request is logged",
    () =>
      service.observations.find((each): each is AccessEntry =>
        each.kind === "request" && each.requestId === requestId
      ),
  );
}

function statementsSince(mark: number): string[] {
  return service.observations.slice(mark).flatMap((each) =>
    each.kind === "statement" ? [each.query] : []
  );
}

async function inFlight(): Promise<number> {
  const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
  return Number(/^cqlgate_http_requests_in_flight (\d+)$/m.exec(text)![1]);
}

describe("A hand-written route", () => {
  it("reads the row of a :one query", async () => {
    const row = { id: 1, version: 1, note: "first" };
    expect(await call("one", "get_item", { owner: "acme", id: 1 })).toEqual(row);
    expect(await call("oneOrNull", "get_item", { owner: "acme", id: 1 })).toEqual(row);
  });

  it("answers 404 where one() finds no row, and null is null", async () => {
    const request = { method: "POST", json: { owner: "acme", id: 3 } };
    const problem = await problemOf(await service.request("/call/one/get_item", request));
    expect(problem.code).toBe("not_found");
    expect(await call("oneOrNull", "get_item", request.json)).toBe(null);
  });

  it("answers 500 where a :one query finds two rows", async () => {
    const request = { method: "POST", json: { owner: "acme" } };
    for (const method of ["one", "oneOrNull"]) {
      const problem = await problemOf(await service.request(`/call/${method}/get_two`, request));
      expect(problem.code).toBe("too_many_rows");
    }
  });

  it("reads the rows of a :many query, at once or as a stream", async () => {
    for (const method of ["many", "stream"]) {
      expect(await call(method, "list_items", { owner: "acme" })).toEqual([
        { id: 1, note: "first" },
        { id: 2, note: null },
      ]);
      expect(await call(method, "list_items", { owner: "nobody" })).toEqual([]);
    }
  });

  it("reads along an @walk, and points at the client's value where the range is wrong", async () => {
    const range = { owner: "acme", since: "2010-01-31T00:00:00Z", until: "2010-02-02T00:00:00Z" };
    for (const [month, at] of [["2010-01", "2010-01-31"], ["2010-02", "2010-02-01"]]) {
      await service.client.execute(
        "INSERT INTO events (owner, month, at, note) VALUES ('acme', ?, ?, ?)",
        [month, new Date(at!), month],
        { prepare: true },
      );
    }
    for (const method of ["many", "stream"]) {
      expect(await call(method, "walk_items", range)).toEqual([
        { at: "2010-01-31T00:00:00.000Z", note: "2010-01" },
        { at: "2010-02-01T00:00:00.000Z", note: "2010-02" },
      ]);
      const path = `/call/${method}/walk_items`;
      const [status, wide] = await answer(
        service.request(path, {
          method: "POST",
          json: { ...range, until: "2011-01-01T00:00:00Z" },
        }),
      );
      expect([status, wide]).toMatchObject([400, { code: "range_too_wide" }]);
      const far = { ...range, until: "+012010-01-01T00:00:00Z" };
      expect(await answer(service.request(path, { method: "POST", json: far }))).toMatchObject([
        422,
        { errors: [{ pointer: "/body/until" }] },
      ]);
    }
  });

  it("runs an :exec query, whose optional values may be left out", async () => {
    expect(await call("exec", "put_item", { owner: "acme", id: 3, note: "third" })).toEqual({});
    expect(await call("exec", "put_item", { owner: "acme", id: 3 })).toEqual({});
    expect(await call("one", "get_item", { owner: "acme", id: 3 })).toMatchObject({
      note: "third",
    });
  });

  it("learns whether an :applied query was applied, and sees the row as its caller may", async () => {
    const json = { id: 3, note: "mine" };
    expect(await call("applied", "create_item", json)).toEqual({
      applied: true,
      current: null,
      written: {},
    });
    expect(await call("applied", "create_item", json)).toEqual({
      applied: false,
      current: { owner: "acme", id: 3, note: "mine" },
      written: {},
    });
    // Without @current only the key: the row's version is not for somebody who writes.
    expect(await call("applied", "replace_item", { id: 3, note: "new", seen: 7 })).toEqual({
      applied: false,
      current: { owner: "acme", id: 3 },
      written: {},
    });
    expect(await call("applied", "replace_item", { id: 3, note: "new", seen: 1 })).toEqual({
      applied: true,
      current: null,
      written: {},
    });
  });

  it("sees every row that kept a batch from being applied", async () => {
    await call("applied", "replace_item", { id: 2, note: "old", seen: 1 });
    expect(await call("applied", "replace_both", { one: 1, other: 2, note: "x" })).toEqual({
      applied: false,
      current: [{ owner: "acme", id: 1, version: 1 }, { owner: "acme", id: 2, version: 2 }],
      written: {},
    });
  });

  it("cannot take what comes from the token from anywhere else", async () => {
    const json = { id: 9, note: "x", owner: "globex" };
    const response = await service.request("/call/applied/create_item", { method: "POST", json });
    expect((await problemOf(response)).code).toBe("internal");
    const { cause } = await entryOf(response.headers.get("x-request-id"));
    expect(String(cause)).toContain('Cannot call query "create_item" with a value "owner"');
  });

  it("answers 422 for a value that does not fit, with the place where its client sends it", async () => {
    const json = { owner: "acme", id: "one" };
    const response = await service.request("/call/one/get_item", { method: "POST", json });
    const problem = await problemOf(response);
    expect([problem.code, problem.errors?.map(({ pointer }) => pointer)]).toEqual([
      "invalid_input",
      ["/body/id"],
    ]);
    // The path has {owner} and {id}, and what it has no place for comes from the query of a GET.
    const far = await service.request("/items/acme/5000000000/repeated?times=1", {});
    expect((await problemOf(far)).errors?.map(({ pointer }) => pointer)).toEqual(["/path/id"]);
  });

  const mistakes: [what: string, method: string, query: string, json: object, cause: string][] = [
    ["one() of :many", "one", "list_items", { owner: "a" }, '":many": call many() or stream()'],
    [
      "oneOrNull() of :exec",
      "oneOrNull",
      "put_item",
      { owner: "a", id: 1 },
      'is ":exec": call exec()',
    ],
    [
      "many() of :one",
      "many",
      "get_item",
      { owner: "a", id: 1 },
      '":one": call one() or oneOrNull()',
    ],
    ["stream() of :one", "stream", "get_item", { owner: "a", id: 1 }, "with stream()"],
    [
      "exec() of :applied",
      "exec",
      "create_item",
      { id: 1, note: "" },
      '":applied": call applied()',
    ],
    ["applied() of :exec", "applied", "put_item", { owner: "a", id: 1 }, 'is ":exec": call exec()'],
    ["a query that it does not name", "one", "get_itm", {}, 'add it to "queries"'],
    ["a query without a value", "one", "get_item", { id: 1 }, 'the value "owner" is missing'],
    [
      "a query with another value",
      "one",
      "get_item",
      { ownr: "a", id: 1 },
      'did you mean "owner"?',
    ],
  ];
  for (const [what, method, query, json, cause] of mistakes) {
    it(`fails with 500 where it calls ${what}, and the log says what is wrong`, async () => {
      const mark = service.observations.length;
      const response = await service.request(`/call/${method}/${query}`, { method: "POST", json });
      const problem = await problemOf(response);
      expect([problem.code, JSON.stringify(problem)]).toEqual([
        "internal",
        expect.not.stringContaining("Cannot call"),
      ]);
      const entry = await entryOf(response.headers.get("x-request-id"));
      expect(entry.cause).toBeInstanceOf(TypeError);
      expect(String(entry.cause)).toContain(cause);
      expect(statementsSince(mark)).toEqual([]);
    });
  }

  it("cannot read more with many() than it should hold, and all of it as a stream", async () => {
    const request = { method: "POST", json: { owner: "many" } };
    const response = await service.request("/call/many/list_items", request);
    expect((await problemOf(response)).code).toBe("internal");
    const { cause } = await entryOf(response.headers.get("x-request-id"));
    expect(String(cause)).toContain("there are more than 5000: call stream()");
    const { count } = await succeed<{ count: number }>(service.request("/items/many/count"));
    expect(count).toBe(MANY);
  });
});

describe("A hand-written route that calls a query more than once", () => {
  const path = (query: string) => `/items/acme/1/repeated?${query}`;

  it("waits for Cassandra once for what it asks at once", async () => {
    const mark = service.observations.length;
    const response = await service.request(path("times=20&at_once=true"));
    expect(await response.json()).toEqual({ notes: Array(20).fill("first") });
    const { cassandraMs, durationMs } = await entryOf(response.headers.get("x-request-id"));
    // What it asks is the same, so that most of it is answered together.
    expect(statementsSince(mark).length).toBeLessThan(10);
    expect(cassandraMs).toBeGreaterThan(0);
    expect(cassandraMs).toBeLessThanOrEqual(durationMs);
  });

  it("has one time for all of them, in which its own pauses do not count", async () => {
    const paused = await service.request(path("times=5&pause_ms=500"));
    expect(await paused.json()).toEqual({ notes: Array(5).fill("first") });
    const endless = await service.request(path("times=1000000"));
    expect((await problemOf(endless)).code).toBe("timeout");
    const { cassandraMs } = await entryOf(endless.headers.get("x-request-id"));
    expect(cassandraMs).toBeGreaterThanOrEqual(1_900);
  });
});

describe("A response made of a stream", () => {
  it("has every row, and its request lasts until the last one is out", async () => {
    const mark = service.observations.length;
    const response = await service.request("/items/many/export");
    const chunks = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    let text = (await chunks.next()).value!;
    expect(await inFlight()).toBe(1);
    for await (const chunk of { [Symbol.asyncIterator]: () => chunks }) text += chunk;
    const rows = text.trimEnd().split("\n");
    expect(rows).toHaveLength(MANY);
    expect(JSON.parse(rows.at(-1)!)).toEqual({ id: MANY - 1, note: `note ${MANY - 1}` });
    const entry = await entryOf(response.headers.get("x-request-id"));
    expect(entry).toMatchObject({ status: 200, completed: true, code: null });
    const statements = statementsSince(mark);
    expect(statements.length).toBeGreaterThan(5);
    expect(entry.durationMs).toBeGreaterThanOrEqual(entry.cassandraMs);
    await eventually("nothing is in flight", async () => await inFlight() === 0);
  });

  it("ends when its caller leaves", async () => {
    const mark = service.observations.length;
    const abort = new AbortController();
    const { href } = new URL("/items/many/export", service.url);
    const response = await fetch(href, { signal: abort.signal });
    const reader = response.body!.getReader();
    await reader.read();
    abort.abort();
    await reader.closed.catch(() => {});
    const entry = await entryOf(response.headers.get("x-request-id"));
    expect(entry).toMatchObject({ status: 200, completed: false, code: null, cause: undefined });
    expect(statementsSince(mark).length).toBeLessThan(6);
    await eventually("nothing is in flight", async () => await inFlight() === 0);
  });

  it("breaks off where a row cannot be had, and the log says why", async () => {
    const response = await service.request("/items/many/export?fails_after=1500");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    const entry = await entryOf(response.headers.get("x-request-id"));
    expect(entry).toMatchObject({ completed: false, code: "unavailable" });
    expect(String(entry.cause)).toContain("It broke on the way");
  });

  for (const query of ["", "?fails_to_end=true"]) {
    it(`is not read for HEAD${query === "" ? "" : ", even where it fails to end"}`, async () => {
      const mark = service.observations.length;
      const response = await service.request(`/items/many/export${query}`, { method: "HEAD" });
      expect([response.status, await response.text()]).toEqual([200, ""]);
      await entryOf(response.headers.get("x-request-id"));
      expect(statementsSince(mark).length).toBeLessThanOrEqual(1);
      await eventually("nothing is in flight", async () => await inFlight() === 0);
    });
  }
});

describe("A stream that a handler reads before it answers", () => {
  it("ends when the caller leaves", async () => {
    const abort = new AbortController();
    const { href } = new URL("/items/many/count?pause_ms=20", service.url);
    const mark = service.observations.length;
    const request = fetch(href, { signal: abort.signal }).catch(() => {});
    await eventually("it reads", () => seen.count > 2);
    abort.abort();
    await request;
    await eventually("it has ended", () => seen.error !== null);
    expect(String(seen.error)).toContain("The caller has left");
    const entry = await eventually(
      "the request is logged",
      () =>
        service.observations.slice(mark).find((each): each is AccessEntry =>
          each.kind === "request"
        ),
    );
    expect(entry).toMatchObject({ status: 499, completed: false, code: null, cause: undefined });
    // The first page, of which a few rows show how wide they are.
    expect(statementsSince(mark).length).toBeLessThanOrEqual(3);
  });

  it("is over when the answer is delivered", async () => {
    await succeed(service.request("/items/many/count?stop_at=3"));
    await eventually("the request is over", async () => await inFlight() === 0);
    await expect(seen.rows!.next()).rejects.toThrow("Cannot read more rows: the request is over");
  });
});
