/**
 * What the running service puts on record of the requests that it serves and refuses.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createHash } from "node:crypto";
import type { AuditEvent } from "../audit/event.ts";
import { type AuditFile, createAuditFile } from "./support/audit_events.ts";
import { type OwnService, startOwnService } from "./support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE accounts (tenant text, id text, owner text, amount int, PRIMARY KEY ((tenant, id)));
CREATE TABLE owners (name text PRIMARY KEY, account text);
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

-- name: public_account :one
-- @route GET /public/{tenant}/{id}
-- @public
SELECT owner FROM accounts WHERE tenant = :tenant AND id = :id;
`,
};

let service: OwnService;
let file: AuditFile;

before(async () => {
  file = await createAuditFile();
  service = await startOwnService(CQL, {
    env: { AUDIT_LOG: `file:${file.path}` },
    routes: ["move_amount"],
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

describe("The audit log", () => {
  it("has nothing of reads, and no event twice", async () => {
    await recorded("PUT", "/accounts/r1", { json: { owner: "O", amount: 1 } });
    for (const [path, user] of [["/accounts/r1", "writer"], ["/public/acme/r1", null]] as const) {
      expect((await service.request(path, { user })).status).toBe(200);
    }
    expect((await service.request("/accounts/none")).status).toBe(404);
    expect((await service.request("/nowhere")).status).toBe(404);
    await recorded("PUT", "/accounts/r2", { json: { owner: "O", amount: 1 } });
    const events = await file.events();
    const reads = events.filter((event) => "method" in event && event.method === "GET");
    expect(reads.filter(({ event }) => event !== "refusal")).toEqual([]);
    const sequences = events.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });
});
