/**
 * `@mask` on the running service: whichever way a row takes out of it, callers without the scope find
 * nothing of a masked value there, and callers with it find all of it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnIssuer, startOwnIssuer } from "../support/auth/own_issuer.ts";
import type { JsonAnswer } from "../support/clients/json_answer.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const MIGRATION = `
CREATE TYPE address (street text, town text);
CREATE TABLE people (
  shelf int, id int, name text, email text, phone text, card text, home frozen<address>, born date,
  aliases set<text>, accounts map<text, text>, photo blob, photo_type text, version int,
  PRIMARY KEY (shelf, id)
);
CREATE TABLE months (
  shelf int, month text, at timestamp, email text, PRIMARY KEY ((shelf, month), at)
);
CREATE TABLE contacts (shelf int, email text, id int, PRIMARY KEY (shelf, email));
`;

const QUERIES = `
-- @mask email home born aliases accounts unless pii:read
-- @mask phone with=redact unless pii:read
-- @mask card with=last4 unless pii:read billing:read

-- name: get_person :one
-- @route GET /people/{id}
-- @scope people:read
-- @etag version
SELECT id, name, email, phone, card, home, born, aliases, accounts, version
  FROM people WHERE shelf = 1 AND id = :id;

-- name: list_contacts :many
-- @route GET /contacts
-- @scope people:read
SELECT id, email FROM contacts WHERE shelf = 1;

-- name: whole_person :one
-- @route GET /people/{id}/whole
-- @scope people:read
SELECT * FROM people WHERE shelf = 1 AND id = :id;

-- name: aliased :one
-- @route GET /people/{id}/aliased
-- @scope people:read
SELECT email AS contact, card AS number FROM people WHERE shelf = 1 AND id = :id;

-- name: computed :one
-- @route GET /people/{id}/computed
-- @scope people:read
SELECT to_json(email), CAST(born AS text) AS birthday, text_as_blob(email) AS bytes,
       mask_inner(email, 3, 3) AS inner_email, (text) email AS hinted, home.street AS street,
       accounts['github'] AS account, map_keys(accounts) AS sites, writetime(email) AS written_at,
       ttl(email) AS lives, to_json(card) AS card, to_json(home) AS home
  FROM people WHERE shelf = 1 AND id = :id;

-- name: aggregated :one
-- @route GET /statistics
-- @scope people:read
SELECT count(*) AS people, max(email) AS last, count(email) AS emails, min(born) AS oldest
  FROM people WHERE shelf = 1;

-- name: list_people :many
-- @route GET /people
-- @scope people:read
-- @page size=1
SELECT id, name, email, phone, card FROM people WHERE shelf = 1;

-- name: list_emails :many
-- @route GET /emails
-- @scope people:read
SELECT email FROM people WHERE shelf = 1;

-- name: open_people :many
-- @route GET /open/people
-- @public
SELECT id, email, phone FROM people WHERE shelf = 1;

-- name: hashed_people :many
-- @route GET /hashed
-- @scope people:read
-- @mask email card with=hash unless pii:read
SELECT id, email, card FROM people WHERE shelf = 1;

-- name: walk_months :many
-- @route GET /months
-- @scope people:read
-- @walk month from=:since to=:until order=asc
SELECT at, email FROM months
 WHERE shelf = :shelf AND month = :month AND at >= :since AND at <= :until;

-- name: scan_people :many
-- @route GET /scan
-- @scope people:read
-- @scan 1 from=:start_token to=:end_token
SELECT id, email FROM people WHERE token(shelf) > :start_token AND token(shelf) <= :end_token;

-- name: photo :one
-- @route GET /people/{id}/photo
-- @scope people:read
-- @raw photo type=photo_type types=image/png
-- @mask photo_type unless pii:read
SELECT photo, photo_type FROM people WHERE shelf = 1 AND id = :id;

-- name: rename_person :applied
-- @route PUT /people/{id}/name
-- @scope people:read
-- @param version in if-match
-- @current version name
UPDATE people SET name = :name WHERE shelf = 1 AND id = :id IF version = :version AND name != 'x';

-- name: claim_person :applied
-- @route POST /people/{id}
-- @scope people:read
-- @current name email phone card
INSERT INTO people (shelf, id, name, email, version) VALUES (1, :id, :name, :email, 1)
  IF NOT EXISTS;

-- name: add_person :exec
-- @route POST /people
-- @scope people:read
-- @status 201
-- @bulk returning
-- @returns id email phone card site
-- @location get_person
UPDATE people SET email = :email, phone = :phone, card = :card, accounts[:site] = :account
 WHERE shelf = 1 AND id = :id;

-- name: find_by_email :many
-- @route GET /found
-- @scope people:read pii:read
SELECT id, email FROM people WHERE shelf = 1 AND email = :email ALLOW FILTERING;
`;

/** Every value that is masked, of the only person that is there at first. */
const HIDDEN = [
  "ada@",
  "555 0100",
  "4111 1111",
  "Lovelace Road",
  "Ockham",
  "1815-12",
  "countess",
  "github",
  "adal",
];
const SEES = "people:read pii:read billing:read";

describe("@mask", () => {
  let issuer: OwnIssuer & AsyncDisposable;
  let service: OwnService;
  before(async () => {
    issuer = await startOwnIssuer();
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES }, {
      env: { OIDC_ISSUER: issuer.issuer },
      routes: ["calls/call_people", "rows/public_people"],
    });
    await service.client.execute(
      `INSERT INTO people (shelf, id, name, email, phone, card, home, born, aliases, accounts,
         photo, photo_type, version)
       VALUES (1, 1, 'Ada', 'ada@example.com', '+44 555 0100', '4111 1111 1111 1234',
         {street: 'Lovelace Road', town: 'Ockham'}, '1815-12-10', {'countess'},
         {'github': 'adal'}, 0x89504e47, 'image/png', 7)`,
    );
    await service.client.execute(
      `INSERT INTO months (shelf, month, at, email)
       VALUES (1, '2026-01', '2026-01-05', 'ada@example.com')`,
    );
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await issuer?.[Symbol.asyncDispose]();
  });

  /** What callers send beside their token; a body is JSON. */
  interface Sent {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  }

  interface Answered {
    readonly status: number;
    readonly headers: Headers;
    readonly text: string;
  }

  /** @param scope of the token; null sends none */
  async function ask(scope: string | null, path: string, sent: Sent = {}): Promise<Answered> {
    const headers = new Headers(sent.headers);
    if (sent.body !== undefined && !headers.has("content-type")) {
      headers.set("content-type", "application/json");
    }
    if (scope !== null) {
      headers.set("authorization", `Bearer ${await issuer.token({ claims: { scope } })}`);
    }
    const response = await fetch(new URL(path, service.url), { ...sent, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  async function readJson<T>(scope: string | null, path: string, sent?: Sent): Promise<T> {
    const { status, text } = await ask(scope, path, sent);
    expect([status, status < 300 ? "" : text]).toEqual([status, ""]);
    return JSON.parse(text);
  }

  /** What stands in an answer and must not. */
  function hiddenIn({ text, headers }: Pick<Answered, "text" | "headers">): string[] {
    const said = `${text} ${[...headers].join()}`;
    return HIDDEN.filter((value) => said.includes(value));
  }

  const post = (body: unknown): Sent => ({ method: "POST", body: JSON.stringify(body) });
  const stream = (accept: string): Sent => ({ headers: { accept } });

  it("shows each mask in the place of the value", async () => {
    expect(await readJson("people:read", "/people/1")).toEqual({
      id: 1,
      name: "Ada",
      email: null,
      phone: "****",
      card: "****1234",
      home: null,
      born: null,
      aliases: null,
      accounts: null,
      version: 7,
    });
  });

  it("needs every scope of a mask, and of each mask its own", async () => {
    const some = await readJson<Record<string, unknown>>("people:read pii:read", "/people/1");
    expect([some.email, some.phone, some.card]).toEqual([
      "ada@example.com",
      "+44 555 0100",
      "****1234",
    ]);
    const none = await readJson<Record<string, unknown>>(
      "people:read billing:read pii",
      "/people/1",
    );
    expect([none.email, none.card]).toEqual([null, "****1234"]);
  });

  /** A way out, what is asked for, and with the scopes, what is there. */
  const WAYS: readonly (readonly [name: string, path: string, sent: Sent, shown: string])[] = [
    ["a row", "/people/1", {}, "Lovelace Road"],
    ["SELECT *", "/people/1/whole", {}, "countess"],
    ["an alias", "/people/1/aliased", {}, "ada@example.com"],
    ["what functions make of a column", "/people/1/computed", {}, "adal"],
    ["what aggregates make of a column", "/statistics", {}, "ada@example.com"],
    ["a page", "/people", {}, "ada@example.com"],
    ["NDJSON", "/people", stream("application/x-ndjson"), "ada@example.com"],
    ["CSV", "/people", stream("text/csv"), "ada@example.com"],
    ["CSV of a single column", "/emails", stream("text/csv"), "ada@example.com"],
    [
      "a walk",
      "/months?shelf=1&since=2025-12-01T00:00:00Z&until=2026-02-01T00:00:00Z",
      {},
      "ada@example.com",
    ],
    [
      "a stream of a walk",
      "/months?shelf=1&since=2025-12-01T00:00:00Z&until=2026-02-01T00:00:00Z",
      stream("text/csv"),
      "ada@",
    ],
    ["a scan", "/scan?range=0", {}, "ada@example.com"],
    ["a hand-written route, one()", "/call/one/get_person", post({ id: 1 }), "Lovelace Road"],
    ["a hand-written route, many()", "/call/many/list_people", post({}), "ada@example.com"],
    ["a hand-written route, stream()", "/call/stream/list_people", post({}), "ada@example.com"],
    [
      "a hand-written route, applied()",
      "/call/applied/rename_person",
      post({ id: 1, name: "Eve", version: 1 }),
      "",
    ],
    [
      "the current row of a 412",
      "/people/1/name",
      { method: "PUT", body: '{"name": "Eve"}', headers: { "if-match": '"1"' } },
      "",
    ],
    [
      "the current row of a 409",
      "/people/1",
      post({ name: "Eve", email: "eve@example.com" }),
      "ada@example.com",
    ],
  ];
  for (const [name, path, sent, shown] of WAYS) {
    it(`hides values in ${name}`, async () => {
      const masked = await ask("people:read", path, sent);
      expect(hiddenIn(masked)).toEqual([]);
      const open = await ask(SEES, path, sent);
      expect(open.status).toBe(masked.status);
      expect(open.text).toContain(shown);
      // Nothing of the view of one caller is left in the view of the next.
      expect(hiddenIn(await ask("people:read", path, sent))).toEqual([]);
    });
  }

  it("makes null of what an expression reads, whatever the mask of the column", async () => {
    const row = await readJson<Record<string, unknown>>("people:read", "/people/1/computed");
    expect(Object.keys(row)).toHaveLength(12);
    expect(Object.values(row).every((value) => value === null)).toBe(true);
    const statistics = await readJson("people:read", "/statistics");
    expect(statistics).toEqual({ people: "1", last: null, emails: null, oldest: null });
  });

  it("hides values from everyone on a public route, and says nothing of their number", async () => {
    for (const path of ["/open/people", "/public/people"]) {
      const answered = await ask(null, path);
      const { text } = answered;
      expect(hiddenIn(answered)).toEqual([]);
      expect(text).toContain("****");
      // Nobody reads the token of a public route.
      expect((await ask(SEES, path)).text).toBe(text);
    }
  });

  it("hashes equal values alike, under a key, and shows no other", async () => {
    await service.client.execute(
      `INSERT INTO people (shelf, id, email, card) VALUES (2, 1, 'ada@example.com', null)`,
    );
    const { items } = await readJson<{ items: { email: string; card: string }[] }>(
      "people:read",
      "/hashed",
    );
    const [{ email, card }] = items as [{ email: string; card: string }];
    expect(email).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(card).not.toBe(email);
    const plain = await crypto.subtle.digest(
      "SHA-256",
      new TextEncoder().encode("ada@example.com"),
    );
    expect(email).not.toBe(
      new Uint8Array(plain).toBase64({ alphabet: "base64url", omitPadding: true }),
    );
    const again = await readJson<{ items: { email: string }[] }>("people:read", "/hashed");
    expect(again.items[0]!.email).toBe(email);
  });

  it("masks what a write answers with, and not what it stores", async () => {
    const person = {
      id: 5,
      email: "eve@example.com",
      phone: "+1 555 0199",
      card: "5500 0000 0000 0004",
      site: "gitlab",
      account: "eve",
    };
    const { status, headers, text } = await ask("people:read", "/people", post(person));
    expect([status, headers.get("location")]).toEqual([201, "/people/5"]);
    const written = JSON.parse(text);
    expect(written).toEqual({ id: 5, email: null, phone: "****", card: "****0004", site: null });
    const seen = await readJson<Record<string, unknown>>(SEES, "/people", post(person));
    expect(seen.site).toBe("gitlab");
    const bulk = await ask("people:read", "/people", {
      ...post(person),
      headers: { "content-type": "application/x-ndjson" },
    });
    expect(bulk.text).toContain('"phone":"****"');
    expect(bulk.text).not.toContain("eve@");
    const called = await ask("people:read", "/call/exec/add_person", post(person));
    expect(called.text).toContain('"phone":"****"');
    expect(called.text).not.toContain("eve@");
    const stored = await service.client.execute(
      "SELECT email FROM people WHERE shelf = 1 AND id = 5",
    );
    expect(stored.rows[0]!.email).toBe("eve@example.com");
    await service.client.execute("DELETE FROM people WHERE shelf = 1 AND id = 5");
  });

  it("needs a secret for hashes, and for nothing else", async () => {
    const env = { OIDC_ISSUER: issuer.issuer, MASK_SECRET: "" };
    const error = await startOwnService({ migration: MIGRATION, queries: QUERIES }, { env })
      .then(() => null, (reason: Error) => reason);
    expect(error?.message).toContain(
      'MASK_SECRET is not set, but query "hashed_people" masks a column with "hash"',
    );
    const others = QUERIES.replace("with=hash", "with=redact");
    await using without = await startOwnService({ migration: MIGRATION, queries: others }, { env });
    expect((await fetch(`${without.url}/open/people`)).status).toBe(200);
  });

  it("has an entity tag for each view of a row, which no other caller's cache is told to show", async () => {
    const views = ["people:read", "people:read pii:read", SEES];
    const tagOf = async (scope: string) =>
      (await ask(scope, "/people/1")).headers.get("etag") ?? "";
    const tags = await Promise.all(views.map(tagOf));
    for (const tag of tags) expect(tag).toMatch(/^"7;[\w-]{12}"$/);
    expect(new Set(tags).size).toBe(views.length);
    for (const scope of views) {
      for (const [index, tag] of tags.entries()) {
        const { status, text, headers } = await ask(scope, "/people/1", {
          headers: { "if-none-match": tag },
        });
        const isOwn = scope === views[index];
        expect([scope, tag, status, headers.get("vary")])
          .toEqual([scope, tag, isOwn ? 304 : 200, "Authorization"]);
        expect(text === "").toBe(isOwn);
      }
    }
    // These scopes lift no mask: one is of no mask, the other one of two that the mask of cards names.
    for (const scope of ["people:read other:read", "people:read billing:read"]) {
      expect(await tagOf(scope)).toBe(tags[0]);
    }
  });

  it("does not stop a caller from changing what it has seen", async () => {
    const { headers } = await ask("people:read", "/people/1");
    const change = (tag: string) =>
      ask("people:read", "/people/1/name", {
        method: "PUT",
        body: '{"name": "Ada"}',
        headers: { "if-match": tag },
      });
    const tag = headers.get("etag")!;
    expect((await change(tag.replace("7", "6"))).status).toBe(412);
    expect((await change(tag)).status).toBe(200);
    expect((await change('"7"')).status).toBe(200);
  });

  it("lets the pages of a masked caller go on", async () => {
    await service.client.execute(
      `INSERT INTO people (shelf, id, name, email) VALUES (1, 2, 'Bob', 'bob@example.com')`,
    );
    interface Page {
      readonly items: readonly { readonly email: string | null; readonly phone: string }[];
      readonly next_cursor: string;
    }
    const first = await readJson<Page>("people:read", "/people");
    const path = `/people?cursor=${first.next_cursor}`;
    const second = await readJson<Page>("people:read", path);
    // A value that is not there is not told from one that is.
    expect(second.items[0]).toMatchObject({ id: 2, email: null, phone: "****" });
    // The same caller, with another token.
    const open = await readJson<Page>(SEES, path);
    expect(open.items[0]).toMatchObject({ email: "bob@example.com", phone: null });
    await service.client.execute("DELETE FROM people WHERE shelf = 1 AND id = 2");
  });

  it("does not show by the length of a cursor how long a masked key is", async () => {
    const emails = ["a@b.c", "bob@example.com", `${"c".repeat(90)}@example.com`, "d@e.f"];
    for (const [id, email] of emails.entries()) {
      await service.client.execute("INSERT INTO contacts (shelf, email, id) VALUES (1, ?, ?)", [
        email,
        id,
      ], { prepare: true });
    }
    interface Page {
      readonly items: readonly { readonly id: number; readonly email: string | null }[];
      readonly next_cursor: string | null;
    }
    const cursors: string[] = [];
    const items: Page["items"][number][] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const after: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page: Page = await readJson<Page>("people:read", `/contacts?limit=1${after}`);
      items.push(...page.items);
      cursor = page.next_cursor;
      if (cursor !== null) cursors.push(cursor);
    }
    expect(items).toEqual(emails.map((_, id) => ({ id, email: null })));
    expect(cursors.length).toBeGreaterThan(2);
    expect(new Set(cursors.map(({ length }) => length)).size).toBe(1);
  });

  it("does not guess a type that is masked", async () => {
    const masked = await ask("people:read", "/people/1/photo");
    expect(masked.headers.get("content-type")).toBe("application/octet-stream");
    const open = await ask(SEES, "/people/1/photo");
    expect(open.headers.get("content-type")).toBe("image/png");
  });

  it("finds rows by a masked column for those who see it", async () => {
    const path = `/found?email=${encodeURIComponent("ada@example.com")}`;
    const { items } = await readJson<JsonAnswer>("people:read pii:read", path);
    expect(items).toEqual([{ id: 1, email: "ada@example.com" }]);
    expect((await ask("people:read", path)).status).toBe(403);
  });

  it("says in OpenAPI who sees a value, and what the others get", async () => {
    const document: JsonAnswer = await (await fetch(`${service.url}/openapi.json`)).json();
    const { properties } = document.components.schemas.GetPersonRow!;
    expect(properties).toMatchObject({
      name: { type: ["string", "null"] },
      email: {
        type: ["string", "null"],
        description: "Text. Without the scope `pii:read`, callers get null in its place",
      },
      card: {
        description: expect.stringContaining(
          'Without the scopes `pii:read` and `billing:read`, callers get "****" and its last four characters in its place',
        ),
      },
    });
    // A key is never null, but for those who do not see it.
    expect(properties.id).toMatchObject({ type: "integer" });
    const { AddPersonWritten, ClaimPersonCurrent } = document.components.schemas;
    expect(AddPersonWritten!.properties.email).toMatchObject({ type: ["string", "null"] });
    expect(ClaimPersonCurrent!.properties.phone).toMatchObject({
      description: expect.stringContaining('callers get "****" in its place'),
    });
  });

  it("shows nothing of it in the log", () => {
    const said = JSON.stringify(service.observations);
    expect(HIDDEN.filter((value) => said.includes(value))).toEqual([]);
  });
});
