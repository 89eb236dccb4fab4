/**
 * `@cache` on the running service: what is kept and for how long, who gets it, and what is served while
 * Cassandra is away.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { type OwnIssuer, startOwnIssuer } from "../support/auth/own_issuer.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { operationsAt } from "../support/clients/json_answer.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnService, type Page, startOwnService } from "../support/own_service.ts";
import { scrape } from "../support/telemetry/metrics_text.ts";
import { PATIENT_SOCKET } from "../support/cassandra/patient_socket.ts";

const CQL = {
  migration: `
CREATE TABLE notes (tenant_id text, id int, words text, email text, version int,
  PRIMARY KEY (tenant_id, id));
`,
  queries: `
-- name: get_note :one
-- @route GET /notes/{id}
-- @scope notes:read
-- @param tenant_id in claim:tenant
-- @mask email unless pii:read
-- @cache ttl=60s
SELECT words, email FROM notes WHERE tenant_id = :tenant_id AND id = :id;

-- name: list_notes :many
-- @route GET /notes
-- @scope notes:read
-- @param tenant_id in claim:tenant
-- @page size=2 max=5
-- @rate 1000 rows/s
-- @cache ttl=60s
SELECT id, words FROM notes WHERE tenant_id = :tenant_id;

-- name: list_wordy :many
-- @route GET /wordy
-- @scope notes:read
-- @param tenant_id in claim:tenant
-- @mask email unless pii:read
-- @page size=5 max=5
-- @cache ttl=60s
SELECT id, words, email FROM notes WHERE tenant_id = :tenant_id;

-- name: get_open :one
-- @route GET /open/{id}
-- @public
-- @rate 1000/s
-- @cache ttl=60s
SELECT words FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: get_tagged :one
-- @route GET /tagged/{id}
-- @public
-- @etag version
-- @cache ttl=60s
SELECT words, version FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: get_watched :one
-- @route GET /watched/{id}
-- @scope notes:read
-- @param tenant_id in claim:tenant
-- @etag version
-- @audit
-- @cache ttl=60s
SELECT words, version FROM notes WHERE tenant_id = :tenant_id AND id = :id;

-- name: get_brief :one
-- @route GET /brief/{id}
-- @public
-- @cache ttl=100ms stale=60s
SELECT words FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: get_short :one
-- @route GET /short/{id}
-- @public
-- @timeout 500ms
-- @cache ttl=200ms
SELECT words FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: get_told :one
-- @route GET /told
-- @public
-- @param id in header as=Note-Id
-- @cache ttl=60s
SELECT words FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: list_told :many
-- @route GET /told-notes
-- @public
-- @param note_id in header
-- @cache ttl=60s
SELECT words FROM notes WHERE tenant_id = 'acme' AND id = :note_id;

-- name: get_own :one
-- @route GET /own/{id}
-- @scope notes:read
-- @param tenant_id in claim:tenant
-- @etag version
SELECT words, version FROM notes WHERE tenant_id = :tenant_id AND id = :id;

-- name: find_note :one
-- @route POST /find
-- @public
-- @cache ttl=60s
SELECT words FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: put_note :exec
-- @route PUT /notes/{id}
-- @scope notes:read
-- @param tenant_id in claim:tenant
UPDATE notes SET words = :words WHERE tenant_id = :tenant_id AND id = :id;
`,
};
const NOTES = 6;
/** Far more than an answer takes, whatever else the machine does. */
const TIMEOUT_MS = 20_000;

const stack = new AsyncDisposableStack();
let issuer: OwnIssuer;
let proxy: SlowProxy;
let service: OwnService;
/** Asks Cassandra without the proxy. */
let direct: cassandra.Client;

before(async () => {
  const node = await withTestCassandra();
  stack.defer(() => node.close());
  issuer = stack.use(await startOwnIssuer());
  proxy = stack.use(startSlowProxy(node.contactPoint));
  service = stack.use(
    await startOwnService(CQL, {
      env: {
        OIDC_ISSUER: issuer.issuer,
        CASSANDRA_CONTACT_POINTS: proxy.contactPoint,
        REQUEST_TIMEOUT_MS: `${TIMEOUT_MS}`,
      },
    }),
  );
  const { localDatacenter, keyspace } = service.config;
  const [host, port] = node.contactPoint.split(":");
  direct = new cassandra.Client({
    socketOptions: PATIENT_SOCKET,
    contactPoints: [host!],
    protocolOptions: { port: Number(port) },
    localDataCenter: localDatacenter!,
    keyspace,
  });
  stack.defer(() => direct.shutdown());
  await direct.connect();
  for (const tenant of ["acme", "globex"]) {
    for (let id = 0; id < NOTES; id++) await write(`${tenant} ${id}`, { tenant, id });
  }
});
after(() => stack.disposeAsync());

async function write(words: string, { tenant = "acme", id = 0 } = {}): Promise<void> {
  await direct.execute(
    "INSERT INTO notes (tenant_id, id, words, email, version) VALUES (?, ?, ?, ?, ?)",
    [tenant, id, words, `${id}@${tenant}.example`, words.length],
    { prepare: true },
  );
}

interface Caller {
  readonly tenant?: string;
  readonly scope?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string;
}

async function ask(path: string, caller: Caller = {}) {
  const { tenant = "acme", scope = "notes:read", headers = {}, ...init } = caller;
  const token = await issuer.token({ claims: { tenant, scope } });
  const response = await fetch(new URL(path, service.url), {
    ...init,
    headers: { ...headers, authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.endsWith("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    age: response.headers.get("age"),
    control: response.headers.get("cache-control"),
    text,
    body: isJson && text !== "" ? JSON.parse(text) : null,
  };
}

async function readsOf(query: string): Promise<{ hit: number; stale: number; miss: number }> {
  const { value } = await scrape(service.adminUrl);
  const of = (outcome: string) =>
    value(`cqlgate_cache_reads_total{query="${query}",outcome="${outcome}"}`)!;
  return { hit: of("hit"), stale: of("stale"), miss: of("miss") };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("@cache", () => {
  it("begins its counters at zero", async () => {
    expect(await readsOf("get_short")).toEqual({ hit: 0, stale: 0, miss: 0 });
  });

  it("gives out what is kept, and says how old it is and who may keep it", async () => {
    const first = await ask("/notes/0");
    expect(first.body).toEqual({ words: "acme 0", email: null });
    expect([first.age, first.control]).toEqual(["0", "private, max-age=60"]);
    expect(first.headers.get("vary")).toContain("Authorization");
    await write("other words");
    const second = await ask("/notes/0");
    expect(second.body.words).toBe("acme 0");
    expect([Number(second.age) > 0, second.control]).toEqual([true, "private, max-age=60"]);
    expect(await readsOf("get_note")).toEqual({ hit: 1, stale: 0, miss: 1 });
    const { value } = await scrape(service.adminUrl);
    expect(value("cqlgate_cache_entries")).toBeGreaterThan(0);
    expect(value("cqlgate_cache_bytes")).toBeGreaterThan(0);
  });

  it("checks each caller, whatever is kept", async () => {
    await ask("/notes/1");
    const nobody = await fetch(`${service.url}/notes/1`);
    expect([nobody.status, await nobody.body?.cancel()]).toEqual([401, undefined]);
    const other = await ask("/notes/1", { scope: "other" });
    expect([other.status, other.control, other.age]).toEqual([403, "no-store, no-transform", null]);
  });

  it("shows of what is kept what the scopes of each caller allow", async () => {
    for (
      const [scope, email] of [
        ["notes:read pii:read", "2@acme.example"],
        ["notes:read", null],
        ["notes:read pii:read", "2@acme.example"],
      ] as const
    ) {
      expect((await ask("/notes/2", { scope })).body).toEqual({ words: "acme 2", email });
    }
  });

  it("keeps a text of long rows for each view of them", async () => {
    const tenant = "wordy";
    const noteOf = (id: number) => ({
      id,
      words: `${id} `.repeat(200),
      email: `${id}@wordy.example`,
    });
    for (const id of [0, 1, 2]) await write(noteOf(id).words, { tenant, id });
    const before = await readsOf("list_wordy");
    for (const scope of ["notes:read", "notes:read pii:read"]) {
      for (const _ of [1, 2]) {
        const { body } = await ask("/wordy", { tenant, scope });
        const shown = (id: number) =>
          scope === "notes:read" ? { ...noteOf(id), email: null } : noteOf(id);
        expect(body.items).toEqual([0, 1, 2].map(shown));
      }
    }
    const after = await readsOf("list_wordy");
    expect([after.hit - before.hit, after.miss - before.miss]).toEqual([3, 1]);
  });

  it("keeps the rows of each tenant apart", async () => {
    for (const tenant of ["acme", "globex", "acme"]) {
      expect((await ask("/notes/3", { tenant })).body.words).toBe(`${tenant} 3`);
    }
    expect((await ask("/notes/3", { tenant: "nobody" })).status).toBe(404);
  });

  for (const control of ["no-cache", "max-age=0"]) {
    it(`asks Cassandra for a caller who sends ${control}, and keeps the answer`, async () => {
      await ask("/notes/4");
      await write(control, { id: 4 });
      const fresh = await ask("/notes/4", { headers: { "cache-control": control } });
      expect([fresh.body.words, fresh.age]).toEqual([control, "0"]);
      const next = await ask("/notes/4");
      expect([next.body.words, Number(next.age) > 0]).toEqual([control, true]);
    });
  }

  it("keeps pages with their cursors, and counts rows as they are answered", async () => {
    async function readAll(): Promise<number[]> {
      const ids: number[] = [];
      let cursor: string | null = null;
      do {
        const from: string = cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`;
        const { body, control, headers } = await ask(`/notes${from}`);
        expect(control).toBe("private, max-age=60");
        expect(headers.get("vary")).toContain("Accept, Authorization");
        const page = body as Page<{ id: number }>;
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.next_cursor;
      } while (cursor !== null);
      return ids;
    }
    const all = Array.from({ length: NOTES }, (_, id) => id);
    expect(await readAll()).toEqual(all);
    const before = await readsOf("list_notes");
    expect(await readAll()).toEqual(all);
    const after = await readsOf("list_notes");
    expect(after.hit - before.hit).toBeGreaterThanOrEqual(NOTES / 2);
    expect(after.miss).toBe(before.miss);
  });

  it("leaves streams alone", async () => {
    const before = await readsOf("list_notes");
    const { text, control, age } = await ask("/notes", {
      headers: { accept: "text/csv" },
    });
    expect(text.trim().split("\n")).toHaveLength(1 + NOTES);
    expect([control, age]).toEqual(["no-store", null]);
    expect(await readsOf("list_notes")).toEqual(before);
  });

  it("lets no other cache keep what is on record each time it is read", async () => {
    for (const age of ["0", expect.stringMatching(/^[1-9]/)]) {
      const read = await ask("/watched/1");
      expect([read.status, read.age, read.control]).toEqual([200, age, "no-store, no-transform"]);
    }
  });

  it("keeps that there is no row, too", async () => {
    expect((await ask("/open/99")).status).toBe(404);
    await write("late", { id: 99 });
    const missing = await ask("/open/99");
    expect([missing.status, missing.control]).toEqual([404, "no-store, no-transform"]);
  });

  it("lets everybody keep the rows of a public route", async () => {
    const { control, headers } = await ask("/open/1");
    expect([control, headers.get("vary")]).toEqual(["public, max-age=60", "Accept-Encoding"]);
  });

  it("says nothing of a request in an answer that everybody may keep", async () => {
    const own = ["ratelimit", "server-timing", "x-request-id"];
    const has = (headers: Headers) => own.filter((name) => headers.has(name));
    const kept = await ask("/open/1", { headers: { "x-request-id": "of-somebody" } });
    expect([kept.status, has(kept.headers)]).toEqual([200, []]);
    expect(kept.headers.get("ratelimit-policy")).toContain("q=1000");
    const tagged = await ask("/tagged/1");
    const again = await ask("/tagged/1", {
      headers: { "if-none-match": tagged.headers.get("etag")! },
    });
    expect([again.status, has(again.headers)]).toEqual([304, []]);
    // In gzip, HEAD says that nobody may compress the body that it does not have.
    const head = await ask("/open/1", {
      method: "HEAD",
      headers: { "accept-encoding": "identity" },
    });
    expect([head.control, has(head.headers)]).toEqual(["public, max-age=60", []]);
    const missing = await ask("/open/98");
    expect([missing.status, has(missing.headers)]).toEqual([404, own]);
    expect(has((await ask("/notes/1")).headers)).toEqual(own.slice(1));
  });

  it("tells caches which headers of a request choose the rows", async () => {
    const told = await ask("/told", { headers: { "note-id": "1" } });
    const vary = "Note-Id, Accept-Encoding";
    expect([told.body.words, told.headers.get("vary")]).toEqual(["acme 1", vary]);
    const other = await ask("/told", { headers: { "note-id": "2" } });
    expect(other.body.words).toBe("acme 2");
    const { headers } = await ask("/told-notes", { headers: { "note-id": "1" } });
    expect(headers.get("vary")).toBe(`Accept, ${vary}`);
  });

  it("tells a browser that a row with an entity tag belongs to the token that read it", async () => {
    const { status, headers, control } = await ask("/own/1");
    expect([status, control]).toEqual([200, "private, no-cache, no-transform"]);
    expect(headers.get("vary")).toBe("Authorization");
    const unchanged = await ask("/own/1", { headers: { "if-none-match": headers.get("etag")! } });
    expect([unchanged.status, unchanged.headers.get("vary")]).toEqual([304, "Authorization"]);
  });

  it("goes with entity tags", async () => {
    const { headers, control } = await ask("/tagged/1");
    expect(control).toBe("public, max-age=60, no-transform");
    const again = await ask("/tagged/1", { headers: { "if-none-match": headers.get("etag")! } });
    expect([again.status, again.control, Number(again.age) > 0]).toEqual([304, control, true]);
    const other = await ask("/tagged/1", { headers: { "if-match": '"77"' } });
    expect(other.status).toBe(412);
  });

  it("keeps the rows of a POST only in the service", async () => {
    const find = {
      method: "POST",
      body: '{"id":1}',
      headers: { "content-type": "application/json" },
    };
    expect((await ask("/find", find)).status).toBe(200);
    const { status, age, control } = await ask("/find", find);
    expect([status, Number(age) > 0, control]).toEqual([200, true, "no-store, no-transform"]);
  });

  it("asks again once the time is over", async () => {
    await ask("/short/5");
    await write("after a while", { id: 5 });
    await eventually("it is over", async () => {
      const { body, age } = await ask("/short/5");
      return body.words === "after a while" && age === "0";
    });
  });

  it("gives out what is stale while it asks once for all", async () => {
    await ask("/brief/1");
    await write("refreshed", { id: 1 });
    await sleep(150);
    proxy.delayMs = Infinity;
    const before = await readsOf("get_brief");
    const stale = await Promise.all(Array.from({ length: 10 }, () => ask("/brief/1")));
    expect(new Set(stale.map(({ body }) => body.words))).toEqual(new Set(["acme 1"]));
    expect((await readsOf("get_brief")).stale - before.stale).toBe(10);
    proxy.delayMs = 0;
    await eventually("it is refreshed", async () => {
      return (await ask("/brief/1")).body.words === "refreshed";
    });
    const metrics = await scrape(service.adminUrl);
    const statements = metrics.value(
      'cqlgate_cassandra_statement_duration_seconds_count{query="get_brief",outcome="ok"}',
    );
    expect(statements).toBeLessThan(6);
  });

  it("serves what is stale while Cassandra is away, for as long as it may", async () => {
    await ask("/brief/2");
    await ask("/short/2");
    proxy.delayMs = Infinity;
    await sleep(250);
    for (let times = 0; times < 3; times++) {
      const { status, body, age } = await ask("/brief/2");
      expect([status, body.words, Number(age) > 0]).toEqual([200, "acme 2", true]);
    }
    // A node that is silent for two seconds, which a busy machine may take to come here, is given up.
    expect(["timeout", "unavailable"]).toContain((await ask("/short/2")).body.code);
    expect((await ask("/brief/2")).status).toBe(200);
    proxy.breakConnections();
    await eventually("the connections are gone", async () => {
      return (await ask("/short/2")).body.code === "unavailable";
    });
    expect((await ask("/brief/2")).body.words).toBe("acme 2");
    proxy.delayMs = 0;
    await eventually("it is served again", async () => (await ask("/short/2")).status === 200);
  });

  it("is told in the OpenAPI document", async () => {
    const document = await (await fetch(`${service.url}/openapi.json`)).json();
    type Described = {
      responses: { 200: { headers?: Record<string, { schema: { description: string } }> } };
    };
    const headersOf = (path: string, method: "get" | "post" = "get") => {
      const operation = operationsAt(path, document)[method] as unknown as Described;
      return operation.responses[200].headers;
    };
    expect(Object.keys(headersOf("/short/{id}")!)).toEqual(["Age", "Cache-Control"]);
    expect(JSON.stringify(headersOf("/brief/{id}")!.Age)).toContain("61 at most");
    expect(Object.keys(headersOf("/tagged/{id}")!)).toContain("Age");
    expect(JSON.stringify(headersOf("/notes/{id}"))).toContain("Only the caller");
    // Nobody keeps the answer to a POST, nor a read that is on record.
    expect(Object.keys(headersOf("/find", "post")!)).toEqual(["Age"]);
    expect(Object.keys(headersOf("/watched/{id}")!)).toEqual(["ETag", "Age"]);
  });
});

describe("CACHE_MAX_BYTES", () => {
  it("of 0 keeps nothing", async () => {
    await using own = await startOwnService({
      migration: "CREATE TABLE words (id int PRIMARY KEY, word text);",
      queries: `
-- name: get_word :one
-- @route GET /words/{id}
-- @public
-- @cache ttl=60s
SELECT word FROM words WHERE id = :id;
`,
    }, { env: { CACHE_MAX_BYTES: "0" } });
    for (const word of ["first", "second"]) {
      await own.client.execute("INSERT INTO words (id, word) VALUES (1, ?)", [word]);
      const response = await own.request("/words/1", { user: null });
      expect(await response.json()).toEqual({ word });
    }
  });
});
