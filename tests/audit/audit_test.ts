/**
 * What the running service puts on record of the requests that it serves and refuses.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createHash, createHmac } from "node:crypto";
import type { AuditEvent } from "../../audit/event.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { type AuditFile, createAuditFile } from "./audit_events.ts";

const CQL = {
  migration: `
CREATE TABLE accounts (tenant text, id text, owner text, amount int, PRIMARY KEY ((tenant, id)));
CREATE TABLE owners (name text PRIMARY KEY, account text);
CREATE TABLE people (email text PRIMARY KEY, tenant text);
CREATE TABLE notes (email text, day date, note text, PRIMARY KEY ((email, day), note));
CREATE TABLE orders (order_id uuid PRIMARY KEY, words text);
CREATE TABLE baskets (tenant text, items frozen<list<text>>, PRIMARY KEY ((tenant, items)));
CREATE TABLE many_rows (part text, n int, words text, PRIMARY KEY ((part), n));
CREATE TABLE texts (id text PRIMARY KEY, words text, version int);
CREATE TABLE blobs (digest blob, n varint, words text, PRIMARY KEY ((digest, n)));
`,
  queries: `
-- name: get_account :one
-- @route GET /accounts/{id}
-- @scope stations:read
-- @param tenant in claim:tenant
SELECT owner, amount FROM accounts WHERE tenant = :tenant AND id = :id;

-- name: peek_account :one
-- @param tenant in claim:tenant
SELECT owner FROM accounts WHERE tenant = :tenant AND id = :id;

-- name: put_account :exec
-- @route PUT /accounts/{id}
-- @scope stations:write
-- @param tenant in claim:tenant
-- Stores it.
INSERT INTO accounts (tenant, id, owner, amount) VALUES (:tenant, :id, :owner, :amount);

-- name: open_account :applied
-- @route POST /accounts/{id}
-- @scope stations:write
-- @param tenant in claim:tenant
INSERT INTO accounts (tenant, id, owner) VALUES (:tenant, :id, :owner) IF NOT EXISTS;

-- name: charge_account :applied
-- @route PATCH /accounts/{id}
-- @scope stations:write
-- @param tenant in claim:tenant
UPDATE accounts SET amount = :amount WHERE tenant = :tenant AND id = :id IF amount = :seen;

-- name: close_accounts :exec
-- @route DELETE /accounts
-- @scope stations:write
-- @param tenant in claim:tenant
-- @param ids in query max=10
DELETE FROM accounts WHERE tenant = :tenant AND id IN :ids;

-- name: drop_basket :exec
-- @route POST /dropped-baskets
-- @scope stations:write
-- @param tenant in claim:tenant
DELETE FROM baskets WHERE tenant = :tenant AND items IN (:items);

-- name: name_owner :exec
-- @route POST /owners
-- @scope stations:write
-- @param tenant in claim:tenant
BEGIN BATCH
  INSERT INTO accounts (tenant, id, owner) VALUES (:tenant, :id, :owner);
  UPDATE accounts SET owner = :owner WHERE tenant = :tenant AND id = :id;
  INSERT INTO owners (name, account) VALUES (:owner, 'main');
  UPDATE owners SET account = :id WHERE name = 'everybody';
APPLY BATCH;

-- name: put_blob :exec
-- @route PUT /blobs
-- @scope stations:write
INSERT INTO blobs (digest, n, words) VALUES (:digest, :n, :words);

-- name: upload_accounts :exec
-- @route POST /accounts
-- @scope stations:write
-- @bulk
-- @param tenant in claim:tenant
INSERT INTO accounts (tenant, id, amount) VALUES (:tenant, :id, :amount);

-- name: show_person :one
-- @route GET /people/{email}
-- @scope stations:read
-- @audit
-- @sensitive email hash
SELECT email, tenant FROM people WHERE email = :email;

-- name: list_people :many
-- @route GET /people
-- @scope stations:read
-- @audit
-- @sensitive email hash
-- @param emails in query max=10
SELECT email, tenant FROM people WHERE email IN :emails;

-- name: list_notes :many
-- @route GET /people/{email}/notes
-- @scope stations:read
-- @audit
-- @sensitive email
-- @page size=2 max=10
SELECT note FROM notes WHERE email = :email AND day = :day;

-- name: put_person :exec
-- @route PUT /people/{email}
-- @scope stations:write
-- @sensitive email
-- @param tenant in claim:tenant
INSERT INTO people (email, tenant) VALUES (:email, :tenant);

-- name: put_note :exec
-- @route PUT /people/{email}/notes/{note}
-- @scope stations:write
-- @sensitive email hash
INSERT INTO notes (email, day, note) VALUES (:email, :day, :note);

-- name: create_order :applied
-- @route POST /orders
-- @scope stations:write
-- @param order_id in generated:uuid
INSERT INTO orders (order_id, words) VALUES (:order_id, :words) IF NOT EXISTS;

-- name: drop_order :exec
-- @route DELETE /shared
-- @scope stations:write
DELETE FROM orders WHERE order_id = :id;

-- name: drop_owner :exec
-- @route DELETE /shared
-- @scope stations:write
DELETE FROM owners WHERE name = :name;

-- name: rare_write :exec
-- @route PUT /rare/{name}
-- @scope stations:write
-- @rate 1/d
INSERT INTO owners (name) VALUES (:name);

-- name: upload_rows :exec
-- @route POST /rows
-- @scope stations:write
-- @bulk
INSERT INTO many_rows (part, n, words) VALUES (:part, :n, :words);

-- name: list_rows :many
-- @route GET /rows/{part}
-- @scope stations:read
-- @audit
SELECT n, words FROM many_rows WHERE part = :part;

-- name: few_rows :many
-- @audit
-- @max-rows 2
SELECT n FROM many_rows WHERE part = :part;

-- name: every_row :many
-- @audit
SELECT n, words FROM many_rows WHERE part = :part;

-- name: put_text :exec
-- @route PUT /texts/{id}
-- @scope stations:write
INSERT INTO texts (id, words, version) VALUES (:id, :words, :version);

-- name: get_text :one
-- @route GET /texts/{id}
-- @scope stations:read
-- @audit
-- @etag version
SELECT words, version FROM texts WHERE id = :id;

-- name: public_account :one
-- @route GET /public/{tenant}/{id}
-- @public
SELECT owner FROM accounts WHERE tenant = :tenant AND id = :id;
`,
};

const SECRET = crypto.getRandomValues(new Uint8Array(32));
const EMAIL = "ada@example.com";
const HASH = createHmac("sha256", SECRET).update(EMAIL).digest("hex");

let service: OwnService;
let file: AuditFile;

before(async () => {
  file = await createAuditFile();
  service = await startOwnService(CQL, {
    env: { AUDIT_LOG: `file:${file.path}`, AUDIT_SECRET: SECRET.toBase64() },
    routes: ["calls/move_amount", "rows/every_row", "rows/export_people", "rows/few_rows"],
  });
});
after(async () => {
  await service?.[Symbol.asyncDispose]();
  await file?.[Symbol.asyncDispose]();
});

/** Sends a request, and reads what is on record of it. */
async function recorded(
  method: string,
  path: string,
  options: {
    json?: unknown;
    user?: string | null;
    count?: number;
    headers?: Record<string, string>;
    body?: string;
  } = {},
): Promise<{ status: number; events: AuditEvent[] }> {
  const { count, headers, ...rest } = options;
  const requestId = crypto.randomUUID();
  const response = await service.request(path, {
    method,
    headers: { ...headers, "x-request-id": requestId },
    ...rest,
  });
  await response.text();
  return { status: response.status, events: await file.of(requestId, count) };
}

const TENANT = { column: "tenant", value: "acme" };

describe("A write", () => {
  it("is on record with who, what, where and its outcome", async () => {
    const json = { owner: "Ada", amount: 7 };
    const { status, events } = await recorded("PUT", "/accounts/a1", { json });
    expect(status).toBe(204);
    expect(events).toEqual([{
      schema: "cqlgate.audit/1",
      event: "outcome",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      process: expect.any(String),
      sequence: expect.any(Number),
      id: expect.any(String),
      subject: "writer",
      issuer: service.config.oidcIssuer,
      client_id: "writer",
      auth_time: null,
      address: "127.0.0.1",
      method: "PUT",
      route: "/accounts/{id}",
      request_id: expect.any(String),
      trace_id: null,
      query: "put_account",
      statement_sha256: createHash("sha256").update(
        "insert into accounts ( tenant , id , owner , amount ) values ( : tenant , : id , : owner , : amount )",
      ).digest("hex"),
      operation: "write",
      partitions: [{ table: "accounts", key: [TENANT, { column: "id", value: "a1" }] }],
      partitions_complete: true,
      outcome: "ok",
      code: null,
      rows: null,
      lines: null,
    }]);
    expect(JSON.stringify(events)).not.toMatch(/Ada|Bearer|ey[A-Z]/);
  });

  const OUTCOMES: [
    name: string,
    send: () => ReturnType<typeof recorded>,
    status: number,
    outcome: object,
  ][] = [
    [
      "whose condition holds",
      () => recorded("POST", "/accounts/o1", { json: { owner: "Ada" } }),
      201,
      { outcome: "applied", code: null },
    ],
    [
      "whose condition does not hold",
      () => recorded("POST", "/accounts/o1", { json: { owner: "Ada" } }),
      409,
      { outcome: "not_applied", code: null },
    ],
    [
      "of a row that is not as it was seen",
      () => recorded("PATCH", "/accounts/none", { json: { amount: 1, seen: 2 } }),
      409,
      { outcome: "not_applied", code: null },
    ],
  ];
  for (const [name, send, expected, outcome] of OUTCOMES) {
    it(`${name} is on record once, with that outcome`, async () => {
      const { status, events } = await send();
      expect([status, events]).toEqual([expected, [expect.objectContaining(outcome)]]);
    });
  }

  it("names each partition of an IN, of a batch, and of values in the statement", async () => {
    const many = await recorded("DELETE", "/accounts?ids=a&ids=b");
    expect([many.status, many.events]).toEqual([204, [expect.objectContaining({
      partitions: [{ table: "accounts", key: [TENANT, { column: "id", one_of: ["a", "b"] }] }],
    })]]);
    const one = await recorded("POST", "/dropped-baskets", { json: { items: ["a", "b"] } });
    expect([one.status, one.events]).toEqual([204, [expect.objectContaining({
      partitions: [{ table: "baskets", key: [TENANT, { column: "items", value: ["a", "b"] }] }],
    })]]);
    const batch = await recorded("POST", "/owners", { json: { id: "b1", owner: "Bob" } });
    expect([batch.status, batch.events]).toEqual([204, [expect.objectContaining({
      partitions: [
        { table: "accounts", key: [TENANT, { column: "id", value: "b1" }] },
        { table: "owners", key: [{ column: "name", value: "Bob" }] },
        { table: "owners", key: [{ column: "name", value: "everybody" }] },
      ],
    })]]);
  });

  it("has the values of its key as the API writes them, and of a long value the hash", async () => {
    const { status, events } = await recorded("PUT", "/blobs", {
      json: { digest: "q83v", n: "123456789012345678901234567890", words: "w" },
    });
    expect([status, events]).toEqual([204, [expect.objectContaining({
      partitions: [{
        table: "blobs",
        key: [
          { column: "digest", value: "q83v" },
          { column: "n", value: "123456789012345678901234567890" },
        ],
      }],
    })]]);
    const long = "x".repeat(1_025);
    const longKey = await recorded("PUT", `/accounts/${long}`, { json: { owner: "O", amount: 1 } });
    expect(longKey.events).toEqual([expect.objectContaining({
      partitions: [{
        table: "accounts",
        key: [TENANT, { column: "id", sha256: createHash("sha256").update(long).digest("hex") }],
      }],
    })]);
  });

  it("cannot end its line, nor command a terminal, by a value", async () => {
    const id = 'a"\\\n{"event":"outcome"}\r\u2028\u001b[31m\u007f\u202e🙂é';
    const { status, events } = await recorded("PUT", `/accounts/${encodeURIComponent(id)}`, {
      json: { owner: "O", amount: 1 },
    });
    expect([status, events]).toEqual([204, [expect.objectContaining({
      partitions: [{ table: "accounts", key: [TENANT, { column: "id", value: id }] }],
    })]]);
  });

  it("that is repeated with the same Idempotency-Key is on record as what it is", async () => {
    const request = {
      json: { words: "w" },
      headers: { "idempotency-key": `"${crypto.randomUUID()}"` },
    };
    const first = await recorded("POST", "/orders", request);
    const second = await recorded("POST", "/orders", request);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect([first.events, second.events]).toEqual([
      [expect.objectContaining({ outcome: "applied" })],
      [expect.objectContaining({ outcome: "repeated" })],
    ]);
    const partitionsOf = ({ events: [event] }: typeof first) =>
      event?.event === "outcome" ? event.partitions : [];
    expect(partitionsOf(first)).toEqual([
      {
        table: "orders",
        key: [{ column: "order_id", value: expect.stringMatching(/^[\da-f-]{36}$/) }],
      },
    ]);
    expect(partitionsOf(second)).toEqual(partitionsOf(first));
  });

  it("of a shared route is on record by the query that the parameters chose", async () => {
    const order = await recorded("DELETE", `/shared?id=${crypto.randomUUID()}`);
    const owner = await recorded("DELETE", "/shared?name=Ada");
    const neither = await recorded("DELETE", "/shared?other=1");
    expect([order.events, owner.events, neither.events]).toEqual([
      [expect.objectContaining({ query: "drop_order", route: "/shared", outcome: "ok" })],
      [expect.objectContaining({ query: "drop_owner", route: "/shared", outcome: "ok" })],
      [expect.objectContaining({ event: "refusal", route: "/shared", code: "invalid_input" })],
    ]);
  });

  it("of a hand-written route is on record by query, each call once", async () => {
    const { status, events } = await recorded("POST", "/moves/h1", { count: 2 });
    expect(status).toBe(204);
    expect(events).toEqual([
      expect.objectContaining({ query: "put_account", route: "/moves/{id}", outcome: "ok" }),
      expect.objectContaining({ query: "charge_account", method: "POST", outcome: "not_applied" }),
    ]);
  });
});

describe("A bulk upload", () => {
  const NDJSON = { "content-type": "application/x-ndjson" };

  it("is one event, with its lines by what became of them", async () => {
    const body = ['{"id":"u1","amount":1}', '{"id":"u2","amount":"x"}', '{"id":"u1","amount":2}']
      .join("\n");
    const { status, events } = await recorded("POST", "/accounts", { body, headers: NDJSON });
    expect([status, events]).toEqual([200, [expect.objectContaining({
      operation: "bulk_write",
      outcome: "incomplete",
      lines: { read: 3, written: 2, failed: 1, unknown: 0 },
      partitions: [{ table: "accounts", key: [TENANT, { column: "id", value: "u1" }] }],
      partitions_complete: true,
    })]]);
  });

  it("lists a hundred partitions, and says that there are more", async () => {
    const body = Array.from({ length: 150 }, (_, n) => `{"id":"v${n}","amount":1}`).join("\n");
    const { events } = await recorded("POST", "/accounts", { body, headers: NDJSON });
    expect(events).toEqual([expect.objectContaining({
      outcome: "ok",
      lines: { read: 150, written: 150, failed: 0, unknown: 0 },
      partitions: expect.any(Array),
      partitions_complete: false,
    })]);
    expect((events[0] as { partitions: unknown[] }).partitions).toHaveLength(100);
  });

  it("with a single input is a write as any other", async () => {
    const { events } = await recorded("POST", "/accounts", { json: { id: "s1", amount: 1 } });
    expect(events).toEqual([expect.objectContaining({ operation: "write", outcome: "ok" })]);
  });
});

describe("A refusal", () => {
  it("for a scope that the token lacks is on record with the caller", async () => {
    const { status, events } = await recorded("PUT", "/accounts/a1", {
      user: "reader",
      json: { owner: "O", amount: 1 },
    });
    expect([status, events]).toEqual([403, [expect.objectContaining({
      event: "refusal",
      subject: "reader",
      status: 403,
      code: "insufficient_scope",
      method: "PUT",
      route: "/accounts/{id}",
    })]]);
    expect(events[0]).not.toHaveProperty("query");
  });

  it("of a read without a token is on record without a caller", async () => {
    const { status, events } = await recorded("GET", "/accounts/a1", { user: null });
    expect([status, events]).toEqual([401, [expect.objectContaining({
      event: "refusal",
      subject: null,
      issuer: null,
      code: "missing_token",
      address: "127.0.0.1",
    })]]);
  });

  it("for a rate is on record with the caller", async () => {
    const first = await recorded("PUT", "/rare/a", { json: {} });
    const second = await recorded("PUT", "/rare/b", { json: {} });
    expect([first.status, second.status]).toEqual([204, 429]);
    expect([first.events, second.events]).toEqual([
      [expect.objectContaining({ outcome: "ok" })],
      [expect.objectContaining({ event: "refusal", status: 429, subject: "writer" })],
    ]);
  });

  it("of a write for its input is on record, without the input", async () => {
    const { status, events } = await recorded("PUT", "/accounts/a1", {
      json: { owner: "Secret", amount: "Secret" },
    });
    expect([status, events]).toEqual([422, [expect.objectContaining({
      event: "refusal",
      code: "invalid_input",
      subject: "writer",
    })]]);
    expect(JSON.stringify(events)).not.toContain("Secret");
  });
});

describe("A sensitive column", () => {
  it("is left out of the key, or hashed", async () => {
    const hidden = await recorded("PUT", `/people/${EMAIL}`, { json: {} });
    expect([hidden.status, hidden.events]).toEqual([204, [expect.objectContaining({
      partitions: [{ table: "people", key: [{ column: "email", hidden: true }] }],
    })]]);
    const hashed = await recorded("PUT", `/people/${EMAIL}/notes/n1`, {
      json: { day: "2026-01-31" },
    });
    expect([hashed.status, hashed.events]).toEqual([204, [expect.objectContaining({
      partitions: [{
        table: "notes",
        key: [{ column: "email", hmac_sha256: HASH }, { column: "day", value: "2026-01-31" }],
      }],
    })]]);
    expect(JSON.stringify([hidden.events, hashed.events])).not.toContain(EMAIL);
  });
});

describe("A read of a query with @audit", () => {
  before(async () => {
    await recorded("PUT", `/people/${EMAIL}`, { json: {} });
    for (const note of ["n1", "n2", "n3"]) {
      await recorded("PUT", `/people/${EMAIL}/notes/${note}`, { json: { day: "2026-01-31" } });
    }
  });

  const NOTES = `/people/${EMAIL}/notes?day=2026-01-31`;
  const STREAM = { headers: { accept: "application/x-ndjson" } };
  const READS: [
    name: string,
    send: () => ReturnType<typeof recorded>,
    status: number,
    outcome: object,
  ][] = [
    ["of a row", () => recorded("GET", `/people/${EMAIL}`), 200, { outcome: "ok", rows: 1 }],
    ["by HEAD", () => recorded("HEAD", `/people/${EMAIL}`), 200, { method: "HEAD", rows: 1 }],
    [
      "of a row that is not there",
      () => recorded("GET", "/people/nobody"),
      404,
      { outcome: "ok", code: "not_found", rows: 0 },
    ],
    ["of a page", () => recorded("GET", NOTES), 200, { outcome: "ok", rows: 2 }],
    ["of a stream", () => recorded("GET", NOTES, STREAM), 200, { outcome: "ok", rows: 3 }],
    [
      "of a stream that none of goes out",
      () => recorded("HEAD", NOTES, STREAM),
      200,
      { outcome: "ok", rows: 0 },
    ],
    [
      "of several partitions",
      () => recorded("GET", `/people?emails=${EMAIL}&emails=x`),
      200,
      {
        partitions: [{
          table: "people",
          key: [{
            column: "email",
            hmac_sha256: [HASH, createHmac("sha256", SECRET).update("x").digest("hex")],
          }],
        }],
        rows: 1,
      },
    ],
    [
      "of a hand-written route, page by page",
      () => recorded("GET", `/export/${EMAIL}`),
      200,
      { query: "list_notes", route: "/export/{email}", outcome: "ok", rows: 3 },
    ],
  ];
  for (const [name, send, expected, outcome] of READS) {
    it(`${name} is on record, once`, async () => {
      const { status, events } = await send();
      expect([status, events]).toEqual([
        expected,
        [expect.objectContaining({ event: "outcome", operation: "read", ...outcome })],
      ]);
      expect(JSON.stringify(events)).not.toContain(EMAIL);
    });
  }

  it("has no rows where the caller has the row already, or has another one", async () => {
    await recorded("PUT", "/texts/t", { json: { words: "w", version: 1 } });
    const response = await service.request("/texts/t");
    await response.text();
    const same = await recorded("GET", "/texts/t", {
      headers: { "if-none-match": response.headers.get("etag")! },
    });
    expect([same.status, same.events]).toMatchObject([304, [{ outcome: "ok", rows: 0 }]]);
    const other = await recorded("GET", "/texts/t", { headers: { "if-match": '"2"' } });
    expect([other.status, other.events]).toMatchObject([412, [
      { outcome: "refused", code: "precondition_failed", rows: 0 },
    ]]);
  });

  it("of a stream that breaks off is on record with what was read", async () => {
    const words = "w".repeat(1_000);
    const body = Array.from({ length: 6_000 }, (_, n) => JSON.stringify({ part: "p", n, words }))
      .join("\n");
    await recorded("POST", "/rows", { body, headers: { "content-type": "application/x-ndjson" } });
    const requestId = crypto.randomUUID();
    const response = await service.request("/rows/p", {
      headers: { accept: "application/x-ndjson", "x-request-id": requestId },
    });
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    const [event, ...more] = await file.of(requestId);
    expect([event, more]).toEqual([
      expect.objectContaining({
        query: "list_rows",
        outcome: "incomplete",
        rows: expect.any(Number),
      }),
      [],
    ]);
    const { rows } = event as { rows: number };
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThanOrEqual(6_000);
  });

  it("that is refused is on record as a refusal", async () => {
    const { status, events } = await recorded("GET", `/people/${EMAIL}/notes?day=never`);
    expect([status, events]).toEqual([422, [expect.objectContaining({
      event: "refusal",
      code: "invalid_input",
    })]]);
  });

  it("has no rows of a result that is too large for a handler", async () => {
    const lines = (part: string, count: number, words: string) =>
      Array.from({ length: count }, (_, n) => JSON.stringify({ part, n, words })).join("\n");
    const headers = { "content-type": "application/x-ndjson" };
    await recorded("POST", "/rows", { body: lines("many", 5_001, ""), headers });
    const many = await recorded("GET", "/every/many");
    expect([many.status, many.events]).toMatchObject([500, [
      { outcome: "failed", code: "internal", rows: 0 },
    ]]);
    await recorded("POST", "/rows", { body: lines("wide", 4_500, "w".repeat(1_000)), headers });
    const wide = await recorded("GET", "/every/wide");
    expect([wide.status, wide.events]).toMatchObject([500, [
      { outcome: "failed", code: "answer_too_large", rows: 0 },
    ]]);
  });

  it("fails as it does for a handler that reads all rows", async () => {
    const write = async (part: string, rows: number) => {
      const json = Array.from({ length: rows }, (_, n) => ({ part, n, words: "" }));
      await recorded("POST", "/rows", { json });
    };
    await write("two", 2);
    await write("three", 3);
    const two = await recorded("GET", "/few/two");
    expect([two.status, two.events]).toMatchObject([200, [{ outcome: "ok", rows: 2 }]]);
    const three = await recorded("GET", "/few/three");
    expect([three.status, three.events]).toMatchObject([400, [
      { outcome: "refused", code: "result_too_large", rows: 0 },
    ]]);
  });
});

describe("The audit log", () => {
  it("has nothing of other reads, and no event twice", async () => {
    await recorded("PUT", "/accounts/r1", { json: { owner: "O", amount: 1 } });
    const before = (await file.events()).length;
    for (const [path, user] of [["/accounts/r1", "writer"], ["/public/acme/r1", null]] as const) {
      expect((await service.request(path, { user })).status).toBe(200);
    }
    expect((await service.request("/accounts/none")).status).toBe(404);
    expect((await service.request("/nowhere")).status).toBe(404);
    await recorded("PUT", "/accounts/r2", { json: { owner: "O", amount: 1 } });
    const events = await file.events();
    expect(events.length).toBe(before + 1);
    const sequences = events.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });
});
