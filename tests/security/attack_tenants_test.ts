/**
 * The attack table of tenants, on the running service: somebody of the tenant globex asks for rows of the
 * tenant acme in every place that a request has. Nothing of acme is in an answer, and its rows stay as they
 * are.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnIssuer, startOwnIssuer } from "../support/auth/own_issuer.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE notes (tenant text, id int, body text, version int, PRIMARY KEY ((tenant), id));
CREATE TABLE notes_by_month (
  tenant text, month text, at timestamp, body text, PRIMARY KEY ((tenant, month), at)
);
CREATE TABLE counts (tenant text PRIMARY KEY, notes int);
`,
  queries: `
-- @scope notes
-- @param tenant in claim:tenant

-- name: list_notes :many
-- @route GET /notes
-- @page size=1
SELECT id, body FROM notes WHERE tenant = :tenant;

-- name: get_note :one
-- @route GET /notes/{id}
-- @etag version
SELECT id, body, version FROM notes WHERE tenant = :tenant AND id = :id;

-- name: put_note :exec
-- @route PUT /notes/{id}
UPDATE notes SET body = :body WHERE tenant = :tenant AND id = :id;

-- name: add_notes :exec
-- @route POST /notes
-- @status 204
-- @bulk
INSERT INTO notes (tenant, id, body) VALUES (:tenant, :id, :body);

-- name: change_note :applied
-- @route PATCH /notes/{id}
-- @current version body
UPDATE notes SET body = :body WHERE tenant = :tenant AND id = :id
   IF version = :version AND body != 'x';

-- name: put_both :exec
-- @route PUT /both/{id}
BEGIN BATCH
  UPDATE notes SET body = :body WHERE tenant = :tenant AND id = :id;
  UPDATE counts SET notes = :count WHERE tenant = :tenant;
APPLY BATCH;

-- name: delete_note :exec
-- @route DELETE /notes/{id}
DELETE FROM notes WHERE tenant = :tenant AND id = :id;

-- name: walk_notes :many
-- @route GET /walk
-- @page size=1
-- @walk month from=:since to=:until order=asc
SELECT at, body FROM notes_by_month
 WHERE tenant = :tenant AND month = :month AND at >= :since AND at <= :until;

-- name: list_named :many
-- @route GET /tenants/{name}/notes
-- @without tenant: the path has it, and it is compared
-- @require claim:tenant = :name
SELECT id, body FROM notes WHERE tenant = :name;

-- name: put_named :exec
-- @route POST /named
-- @without tenant: the body has it, and it is compared
-- @require claim:tenant = :name
-- @bulk
INSERT INTO notes (tenant, id, body) VALUES (:name, :id, :body);
`,
};

let issuer: OwnIssuer & AsyncDisposable;
let service: OwnService;
const SECRET = "a secret of acme";
const WALK = "/walk?since=2026-01-01T00:00:00Z&until=2026-02-28T00:00:00Z";

before(async () => {
  issuer = await startOwnIssuer();
  service = await startOwnService(CQL, {
    env: { OIDC_ISSUER: issuer.issuer },
    routes: ["calls/call_notes"],
  });
  for (const tenant of ["acme", "globex"]) {
    const execute = (cql: string, values: unknown[]) =>
      service.client.execute(cql, values, { prepare: true });
    for (const id of [1, 2]) {
      await execute("INSERT INTO notes (tenant, id, body, version) VALUES (?, ?, ?, 7)", [
        tenant,
        id,
        `a secret of ${tenant}`,
      ]);
      await execute("INSERT INTO notes_by_month (tenant, month, at, body) VALUES (?, ?, ?, ?)", [
        tenant,
        `2026-0${id}`,
        new Date(`2026-0${id}-05T00:00:00Z`),
        `a secret of ${tenant}`,
      ]);
    }
    await execute("INSERT INTO counts (tenant, notes) VALUES (?, 2)", [tenant]);
  }
});
after(async () => {
  await service?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
});

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is JSON, an array NDJSON, text is sent as it is. */
  readonly body?: string | object | readonly object[];
}

/** @param claims of the token, which may be anything */
async function ask(
  path: string,
  { body, ...sent }: Sent = {},
  claims: { readonly tenant: unknown } = { tenant: "globex" },
): Promise<{ status: number; code: string | null; text: string; headers: Headers }> {
  const token = await issuer.token({ claims: { scope: "notes", ...claims } });
  const isLines = Array.isArray(body);
  const headers = new Headers({
    ...(body === undefined
      ? {}
      : { "content-type": isLines ? "application/x-ndjson" : "application/json" }),
    ...sent.headers,
  });
  headers.set("authorization", `Bearer ${token}`);
  const text = isLines
    ? body.map((line) => `${JSON.stringify(line)}\n`).join("")
    : typeof body === "object"
    ? JSON.stringify(body)
    : body;
  const response = await fetch(service.url + path, {
    ...sent,
    headers,
    ...(text === undefined ? {} : { body: text }),
  });
  const answered = await response.text();
  const isProblem = response.headers.get("content-type") === "application/problem+json";
  const code = isProblem ? JSON.parse(answered).code : null;
  return { status: response.status, code, text: answered, headers: response.headers };
}

/** The cursor of a page of acme's own. */
async function cursorOf(path: string): Promise<string> {
  const { text } = await ask(path, {}, { tenant: "acme" });
  expect(text).toContain(SECRET);
  return encodeURIComponent(JSON.parse(text).next_cursor);
}

/** What is sent, and what must come back: a status, and the code of a problem. */
type Row = readonly [
  name: string,
  send: () => ReturnType<typeof ask>,
  expected: readonly [status: number, code: string | null],
];

const REFUSED = [422, "invalid_input"] as const;
const OWN = [200, null] as const;

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  "in the path": [
    ["before the route", () => ask("/acme/notes"), [404, "unknown_route"]],
    ["in place of an id", () => ask("/notes/acme"), REFUSED],
    ["beside an id", () => ask("/notes/1;tenant=acme"), REFUSED],
    ["above the id", () => ask("/notes/..%2Facme%2F1"), REFUSED],
    ["of a route that has one", () => ask("/tenants/acme/notes"), [403, "requirement_not_met"]],
    ["of a route that has one, in capitals", () => ask("/tenants/ACME/notes"), [
      403,
      "requirement_not_met",
    ]],
    ["of a route that has one, encoded", () => ask("/tenants/%61cme/notes"), [
      403,
      "requirement_not_met",
    ]],
    [
      "of a route that has one, with its own in the query",
      () => ask("/tenants/acme/notes?name=globex"),
      REFUSED,
    ],
    ["its own", () => ask("/tenants/globex/notes"), OWN],
  ],
  "in the query": [
    ["by the name of the parameter", () => ask("/notes?tenant=acme"), REFUSED],
    ["by the name of the claim", () => ask("/notes?claim:tenant=acme"), REFUSED],
    ["twice", () => ask("/notes?tenant=globex&tenant=acme"), REFUSED],
    ["of a single row", () => ask("/notes/1?tenant=acme"), REFUSED],
    [
      "of a write",
      () => ask("/notes/1?tenant=acme", { method: "PUT", body: { body: "x" } }),
      REFUSED,
    ],
    ["of a walk", () => ask(`${WALK}&tenant=acme`), REFUSED],
  ],
  "in a header": [
    [
      "as proxies name it",
      () =>
        ask("/notes", { headers: { "x-tenant": "acme", "x-tenant-id": "acme", tenant: "acme" } }),
      OWN,
    ],
    [
      "as the URL that was asked for",
      () =>
        ask("/notes", {
          headers: { "x-original-url": "/tenants/acme/notes", "x-rewrite-url": "/acme" },
        }),
      OWN,
    ],
    ["as a cookie", () => ask("/notes", { headers: { cookie: "tenant=acme" } }), OWN],
  ],
  "in the body": [
    [
      "as one more member",
      () => ask("/notes/1", { method: "PUT", body: { body: "x", tenant: "acme" } }),
      REFUSED,
    ],
    [
      "as a member in capitals",
      () => ask("/notes/1", { method: "PUT", body: { body: "x", TENANT: "acme" } }),
      REFUSED,
    ],
    [
      "as a member twice",
      () => ask("/notes/1", { method: "PUT", body: '{"body": "x", "body": "y"}' }),
      [400, "malformed_request"],
    ],
    [
      "as a prototype",
      () =>
        ask("/notes/1", { method: "PUT", body: '{"body": "x", "__proto__": {"tenant": "acme"}}' }),
      REFUSED,
    ],
    [
      "of a condition",
      () => ask("/notes/1", { method: "PATCH", body: { body: "x", version: 7, tenant: "acme" } }),
      REFUSED,
    ],
    [
      "of a batch",
      () => ask("/both/1", { method: "PUT", body: { body: "x", count: 9, tenant: "acme" } }),
      REFUSED,
    ],
    [
      "of a route that has one",
      () => ask("/named", { method: "POST", body: { name: "acme", id: 1, body: "x" } }),
      [
        403,
        "requirement_not_met",
      ],
    ],
  ],
  "in the lines of an upload": [
    [
      "as one more member",
      () => ask("/notes", { method: "POST", body: [{ id: 1, body: "x", tenant: "acme" }] }),
      OWN,
    ],
    ["of a route that has one, between lines of its own", () =>
      ask("/named", {
        method: "POST",
        body: [
          { name: "globex", id: 8, body: "own" },
          { name: "acme", id: 1, body: "x" },
          { name: "globex", id: 9, body: "own" },
        ],
      }), OWN],
  ],
  "in a cursor": [
    ["of a page", async () => ask(`/notes?cursor=${await cursorOf("/notes")}`), [
      400,
      "invalid_cursor",
    ]],
    ["of a walk", async () => ask(`${WALK}&cursor=${await cursorOf(WALK)}`), [
      400,
      "invalid_cursor",
    ]],
    [
      "for another route",
      async () => ask(`/tenants/globex/notes?cursor=${await cursorOf("/notes")}`),
      [400, "invalid_cursor"],
    ],
  ],
  "in what a handler is sent": [
    ["of a row", () => ask("/call/one/get_note?tenant=acme", { method: "POST", body: { id: 1 } }), [
      500,
      "internal",
    ]],
    ["of rows", () => ask("/call/many/list_notes", { method: "POST", body: { tenant: "acme" } }), [
      500,
      "internal",
    ]],
    [
      "of a write",
      () =>
        ask("/call/exec/put_note", { method: "POST", body: { id: 1, body: "x", tenant: "acme" } }),
      [
        500,
        "internal",
      ],
    ],
    [
      "of a batch",
      () =>
        ask("/call/exec/put_both", {
          method: "POST",
          body: { id: 1, body: "x", count: 9, tenant: "acme" },
        }),
      [
        500,
        "internal",
      ],
    ],
    ["that names nobody", () => ask("/call/many/list_notes", { method: "POST", body: {} }), OWN],
  ],
};

for (const [place, rows] of Object.entries(TABLE)) {
  describe(`Another tenant's name ${place}`, () => {
    for (const [name, send, expected] of rows) {
      it(`is of no use: ${name}`, async () => {
        const { status, code, text, headers } = await send();
        expect([status, code]).toEqual(expected);
        expect(`${text} ${[...headers].join()}`).not.toContain(SECRET);
      });
    }
  });
}

describe("Another tenant's row", () => {
  it("is not taken for the own one of the same version by a cache that asks with its tag", async () => {
    const tenants = ["acme", "globex"] as const;
    const tagOf = async (tenant: string) =>
      (await ask("/notes/1", {}, { tenant })).headers.get("etag") ?? "";
    for (const owner of tenants) {
      const tag = await tagOf(owner);
      expect(tag).toMatch(/^"7;/);
      for (const tenant of tenants) {
        const headers = { "if-none-match": tag };
        const { status, text } = await ask("/notes/1", { headers }, { tenant });
        expect([owner, tenant, status]).toEqual([owner, tenant, owner === tenant ? 304 : 200]);
        expect(text).toContain(owner === tenant ? "" : `a secret of ${tenant}`);
      }
    }
  });

  const WAYS: readonly (readonly [name: string, path: string, sent: Sent, status: number])[] = [
    ["is not read by its id", "/notes/3", {}, 404],
    ["is not read by its entity tag", "/notes/3", { headers: { "if-none-match": '"7"' } }, 404],
    ["is not shown where a condition does not hold", "/notes/3", {
      method: "PATCH",
      body: { body: "x", version: 1 },
    }, 409],
    ["is not deleted", "/notes/3", { method: "DELETE" }, 204],
  ];
  for (const [name, path, sent, status] of WAYS) {
    it(name, async () => {
      await service.client.execute(
        `INSERT INTO notes (tenant, id, body, version) VALUES ('acme', 3, '${SECRET}', 7)`,
      );
      const answered = await ask(path, sent);
      expect(answered.status).toBe(status);
      expect(answered.text).not.toContain(SECRET);
      const { rows } = await service.client.execute(
        "SELECT body FROM notes WHERE tenant = 'acme' AND id = 3",
      );
      expect(rows.map(({ body }) => body)).toEqual([SECRET]);
      await service.client.execute("DELETE FROM notes WHERE tenant = 'acme' AND id = 3");
    });
  }
});

describe("A token without one tenant", () => {
  for (const tenant of [undefined, null, "", ["globex", "acme"], { name: "acme" }, true, 5]) {
    it(`gets no rows: ${JSON.stringify(tenant) ?? "none"}`, async () => {
      const { status, code, text } = await ask("/notes", {}, { tenant });
      expect([status, code]).toEqual([403, "missing_claim"]);
      expect(text).not.toContain("secret");
    });
  }
});

// The last one: whatever was sent above must not have changed them.
describe("The rows of the other tenant", () => {
  it("are as they were", async () => {
    const { rows } = await service.client.execute(
      "SELECT id, body, version FROM notes WHERE tenant = 'acme'",
    );
    expect(rows.map(({ id, body, version }) => [id, body, version])).toEqual([
      [1, SECRET, 7],
      [2, SECRET, 7],
    ]);
    const counts = await service.client.execute("SELECT notes FROM counts WHERE tenant = 'acme'");
    expect(counts.rows.map(({ notes }) => notes)).toEqual([2]);
  });

  it("and those of the caller are what the caller sent", async () => {
    const { rows } = await service.client.execute("SELECT id FROM notes WHERE tenant = 'globex'");
    expect(rows.map(({ id }) => id)).toEqual([1, 2, 8, 9]);
  });
});
