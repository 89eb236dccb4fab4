/**
 * Reads that share a statement, on the running service: what they share, and what stays each caller's.
 * Cassandra is behind a proxy that makes its answers take a while, so that reads meet.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, afterEach, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import { withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { type OwnIssuer, startOwnIssuer } from "../support/auth/own_issuer.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnService, type Page, startOwnService } from "../support/own_service.ts";
import { scrape } from "../support/telemetry/metrics_text.ts";
import { PATIENT_SOCKET } from "../support/cassandra/patient_socket.ts";

/** Far more than an answer takes, whatever else the machine does. */
const TIMEOUT_MS = 20_000;
/** Of the query whose deadline is reached. */
const SHORT_TIMEOUT_MS = 6_000;
const SLOW_MS = 150;
const READERS = 20;

const CQL = {
  migration: `
CREATE TABLE notes (tenant_id text, id int, words text, email text, size blob,
  PRIMARY KEY (tenant_id, id));
CREATE TABLE counts (id int PRIMARY KEY, value int);
`,
  queries: `
-- name: get_note :one
-- @route GET /notes/{id}
-- @scope notes:read
-- @param tenant_id in claim:tenant
-- @mask email unless pii:read
SELECT words, email FROM notes WHERE tenant_id = :tenant_id AND id = :id;

-- name: get_short :one
-- @route GET /short/{id}
-- @public
-- @timeout ${SHORT_TIMEOUT_MS}ms
SELECT words FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: list_notes :many
-- @route GET /notes
-- @scope notes:read
-- @param tenant_id in claim:tenant
-- @mask email unless pii:read
-- @page size=3 max=50
SELECT id, words, email FROM notes WHERE tenant_id = :tenant_id;

-- name: sum_notes :one
-- @route GET /sum
-- @public
SELECT count(*) AS notes FROM notes WHERE tenant_id = 'acme';

-- name: get_size :one
-- @route GET /sizes/{id}
-- @public
SELECT size FROM notes WHERE tenant_id = 'large' AND id = :id;

-- name: get_alone :one
-- @route GET /alone/{id}
-- @public
-- @coalesce off
SELECT words FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: get_now :one
-- @route GET /now/{id}
-- @public
SELECT words, now() AS read_at FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: get_serial :one
-- @route GET /serial/{id}
-- @public
-- @consistency LOCAL_SERIAL
SELECT words FROM notes WHERE tenant_id = 'acme' AND id = :id;

-- name: get_count :one
-- @route GET /counts/{id}
-- @public
SELECT value FROM counts WHERE id = :id;

-- name: put_count :exec
-- @route PUT /counts/{id}
-- @public
UPDATE counts SET value = :value WHERE id = :id;
`,
};
const NOTES = 10;

const stack = new AsyncDisposableStack();
let issuer: OwnIssuer;
let proxy: SlowProxy;
/** Asks Cassandra without the proxy. */
let direct: cassandra.Client;
let service: OwnService;

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
        CASSANDRA_TRACE_SCOPE: "notes:trace",
        REQUEST_TIMEOUT_MS: `${TIMEOUT_MS}`,
        MAX_PAGE_BYTES: "1024",
        SLOW_QUERY_MS: "60000",
      },
    }),
  );
  const { localDatacenter: localDataCenter, keyspace } = service.config;
  const [host, port] = node.contactPoint.split(":");
  direct = new cassandra.Client({
    socketOptions: PATIENT_SOCKET,
    contactPoints: [host!],
    protocolOptions: { port: Number(port) },
    localDataCenter: localDataCenter!,
    keyspace,
  });
  stack.defer(() => direct.shutdown());
  await direct.connect();
  const insert = "INSERT INTO notes (tenant_id, id, words, email) VALUES (?, ?, ?, ?)";
  for (const tenant of ["acme", "globex"]) {
    for (let id = 0; id < NOTES; id++) {
      const values = [tenant, id, `${tenant} ${id}`, `${id}@${tenant}.example`];
      await service.client.execute(insert, values, { prepare: true });
    }
  }
  await service.client.execute(
    "INSERT INTO notes (tenant_id, id, size) VALUES ('large', 1, ?)",
    [Buffer.alloc(200_000)],
    { prepare: true },
  );
});
afterEach(() => {
  proxy.delayMs = 0;
  proxy.holdsResults = false;
});
after(() => stack.disposeAsync());

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly requestId: string | null;
  /** The time that it waited for Cassandra, in milliseconds. */
  readonly cassandraMs: number;
}

interface Caller {
  readonly tenant?: string;
  readonly scope?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

async function get(path: string, caller: Caller = {}): Promise<Answered> {
  const { tenant = "acme", scope = "notes:read", headers = {}, signal } = caller;
  const token = await issuer.token({ claims: { tenant, scope } });
  const response = await fetch(new URL(path, service.url), {
    headers: { ...headers, authorization: `Bearer ${token}` },
    ...(signal === undefined ? {} : { signal }),
  });
  const timing = response.headers.get("server-timing") ?? "";
  return {
    status: response.status,
    body: await response.json(),
    requestId: response.headers.get("x-request-id"),
    cassandraMs: Number(/cassandra;dur=([\d.]+)/.exec(timing)?.[1]),
  };
}

/** Statements that were run for a query, and reads that shared one. */
async function countsOf(query: string): Promise<{ statements: number; shared: number }> {
  const metrics = await scrape(service.adminUrl);
  const name = "cqlgate_cassandra_statement_duration_seconds_count";
  const series = metrics.text.split("\n").filter((line) =>
    line.startsWith(`${name}{`) && line.includes(`query="${query}"`)
  );
  return {
    statements: series.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0),
    shared: metrics.value(`cqlgate_coalesced_reads_total{query="${query}"}`)!,
  };
}

/** What a query took while the work was done. */
async function taken<T>(query: string, work: () => Promise<T>) {
  const before = await countsOf(query);
  const result = await work();
  const after = await countsOf(query);
  return {
    result,
    statements: after.statements - before.statements,
    shared: after.shared - before.shared,
  };
}

const together = <T>(count: number, read: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => read(index)));

describe("Reads that are the same", () => {
  it("share a few statements where they meet, and all get the row", async () => {
    proxy.delayMs = SLOW_MS;
    const { result, statements, shared } = await taken(
      "get_note",
      () => together(READERS, () => get("/notes/1")),
    );
    for (const { status, body } of result) {
      expect([status, body]).toEqual([200, { words: "acme 1", email: null }]);
    }
    expect(statements).toBeLessThan(READERS / 2);
    expect(statements + shared).toBe(READERS);
  });

  it("share aggregates", async () => {
    proxy.delayMs = SLOW_MS;
    const { result, statements } = await taken("sum_notes", () => together(8, () => get("/sum")));
    expect(new Set(result.map(({ body }) => body.notes))).toEqual(new Set([`${NOTES}`]));
    expect(statements).toBeLessThan(8);
  });

  it("show each caller what its scopes allow", async () => {
    proxy.delayMs = SLOW_MS;
    const { result, statements } = await taken(
      "get_note",
      () =>
        together(
          READERS,
          (index) =>
            get("/notes/2", { scope: index % 2 === 0 ? "notes:read" : "notes:read pii:read" }),
        ),
    );
    for (const [index, { body }] of result.entries()) {
      const email = index % 2 === 0 ? null : "2@acme.example";
      expect(body).toEqual({ words: "acme 2", email });
    }
    expect(statements).toBeLessThan(READERS / 2);
  });

  it("refuse a caller without the scope all the same", async () => {
    proxy.delayMs = SLOW_MS;
    const answers = await together(
      6,
      (index) => get("/notes/3", { scope: index === 3 ? "other" : "notes:read" }),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 403, 200, 200]);
  });

  it("are never those of another tenant", async () => {
    proxy.delayMs = SLOW_MS;
    const tenants = ["acme", "globex", "nobody"];
    const answers = await together(
      18,
      (index) => get("/notes/4", { tenant: tenants[index % 3]! }),
    );
    for (const [index, { status, body }] of answers.entries()) {
      const tenant = tenants[index % 3]!;
      if (tenant === "nobody") expect(status).toBe(404);
      else expect(body.words).toBe(`${tenant} 4`);
    }
  });

  it("have pages, cursors and streams of their own", async () => {
    proxy.delayMs = 10;
    async function readAll(size: number): Promise<unknown[]> {
      const ids: unknown[] = [];
      let cursor: string | null = null;
      do {
        const from: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const { body } = await get(`/notes?limit=${size}${from}`);
        const page = body as unknown as Page<{ id: number }>;
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.next_cursor;
      } while (cursor !== null);
      return ids;
    }
    async function stream(): Promise<unknown[]> {
      const token = await issuer.token({ claims: { tenant: "acme", scope: "notes:read" } });
      const headers = { authorization: `Bearer ${token}`, accept: "application/x-ndjson" };
      const text = await (await fetch(`${service.url}/notes`, { headers })).text();
      return text.trim().split("\n").map((line) => JSON.parse(line).id);
    }
    const all = Array.from({ length: NOTES }, (_, id) => id);
    const { result, shared } = await taken(
      "list_notes",
      () => together(9, (index) => index === 8 ? stream() : readAll(3 + index % 2)),
    );
    expect(result).toEqual(Array(9).fill(all));
    expect(shared).toBeGreaterThan(0);
  });

  it("show each caller of a page what its scopes allow, with a cursor of its own", async () => {
    const insert = "INSERT INTO notes (tenant_id, id, words, email) VALUES ('wordy', ?, ?, ?)";
    const noteOf = (id: number) => ({
      id,
      // Long enough that the text of the rows is kept for the others.
      words: `${id} `.repeat(100),
      email: `${id}@wordy.example`,
    });
    for (let id = 0; id < NOTES; id++) {
      const { words, email } = noteOf(id);
      await service.client.execute(insert, [id, words, email], { prepare: true });
    }
    const tenant = "wordy";
    // The size of a page is learned.
    await get("/notes?limit=4", { tenant });
    proxy.delayMs = 20;
    const { result, shared } = await taken(
      "list_notes",
      () =>
        together(READERS, async (index) => {
          const scope = index % 2 === 0 ? "notes:read" : "notes:read pii:read";
          const { body } = await get("/notes?limit=4", { tenant, scope });
          const page = body as unknown as Page<unknown>;
          const cursor = encodeURIComponent(page.next_cursor!);
          const next = await get(`/notes?limit=1&cursor=${cursor}`, { tenant, scope });
          return { items: page.items, next: next.body.items };
        }),
    );
    expect(shared).toBeGreaterThan(0);
    for (const [index, { items, next }] of result.entries()) {
      const shown = (id: number) => index % 2 === 0 ? { ...noteOf(id), email: null } : noteOf(id);
      expect(items).toEqual([0, 1, 2, 3].map(shown));
      expect(next).toEqual([shown(4)]);
    }
  });

  it("fail together, each with a problem of its own", async () => {
    proxy.delayMs = SLOW_MS;
    const { result, statements } = await taken(
      "get_size",
      () => together(8, () => get("/sizes/1")),
    );
    expect(new Set(result.map(({ body }) => body.code))).toEqual(new Set(["answer_too_large"]));
    expect(new Set(result.map(({ body }) => body.request_id)).size).toBe(8);
    for (const { body, requestId } of result) expect(body.request_id).toBe(requestId);
    expect(statements).toBeLessThan(8);
  });

  it("take no more than the deadline of each", async () => {
    // A node that is silent would be given up before.
    proxy.holdsResults = true;
    const startedAt = performance.now();
    const early = get("/short/5");
    await new Promise((resolve) => setTimeout(resolve, SHORT_TIMEOUT_MS * 0.7));
    const late = together(5, () => get("/short/5"));
    expect((await early).body.code).toBe("timeout");
    expect(performance.now() - startedAt).toBeGreaterThan(SHORT_TIMEOUT_MS * 0.9);
    // They came later and wait on.
    proxy.holdsResults = false;
    expect((await late).map(({ status }) => status)).toEqual(Array(5).fill(200));
  });

  it("go on without a caller who leaves", async () => {
    proxy.holdsResults = true;
    const { executes } = proxy;
    const leaving = new AbortController();
    const left = get("/notes/6", { signal: leaving.signal }).catch(() => "left");
    const others = together(5, () => get("/notes/6"));
    const alsoLeft = get("/notes/6", { signal: leaving.signal }).catch(() => "left");
    await eventually("their statement is sent", () => proxy.executes > executes);
    leaving.abort();
    expect(await Promise.all([left, alsoLeft])).toEqual(["left", "left"]);
    proxy.holdsResults = false;
    expect((await others).map(({ status }) => status)).toEqual(Array(5).fill(200));
  });

  it("say how long each of them waited", async () => {
    proxy.delayMs = SLOW_MS;
    const answers = await together(6, () => get("/notes/7"));
    for (const { cassandraMs } of answers) expect(cassandraMs).toBeGreaterThan(SLOW_MS / 2);
  });
});

describe("Reads that are sent by themselves", () => {
  it("are those of @coalesce off, and those at SERIAL", async () => {
    for (const [query, path] of [["get_alone", "/alone/1"], ["get_serial", "/serial/1"]] as const) {
      proxy.delayMs = SLOW_MS;
      const { result, statements, shared } = await taken(query, () => together(6, () => get(path)));
      expect(result.map(({ status }) => status)).toEqual(Array(6).fill(200));
      expect({ statements, shared }).toEqual({ statements: 6, shared: 0 });
    }
  });

  it("are those that make something up: no two have the same id", async () => {
    proxy.delayMs = SLOW_MS;
    const answers = await together(6, () => get("/now/1"));
    expect(new Set(answers.map(({ body }) => body.read_at)).size).toBe(6);
  });

  it("are those that Cassandra is to trace", async () => {
    proxy.delayMs = SLOW_MS;
    const headers = { "cqlgate-trace": "cassandra" };
    const { result, statements } = await taken(
      "get_note",
      () => together(3, () => get("/notes/8", { scope: "notes:read notes:trace", headers })),
    );
    expect(result.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(statements).toBe(3);
  });
});

describe("A caller who writes", () => {
  const path = "/counts/1";
  async function read(): Promise<number> {
    return (await (await fetch(`${service.url}${path}`)).json()).value;
  }

  it("reads its own writes, however many others read the same", async () => {
    async function put(value: number): Promise<void> {
      const response = await fetch(`${service.url}${path}`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ value }),
      });
      await response.body?.cancel();
      expect(response.status).toBe(204);
    }
    await put(0);
    let isOver = false;
    const { shared } = await taken("get_count", async () => {
      const others = together(READERS, async () => {
        for (let last = 0; !isOver;) {
          const value = await read();
          // What one caller has seen never goes back either.
          expect(value).toBeGreaterThanOrEqual(last);
          last = value;
        }
      });
      for (let value = 1; value <= 20; value++) {
        await put(value);
        expect(await read()).toBe(value);
      }
      isOver = true;
      await others;
    });
    expect(shared).toBeGreaterThan(20);
  });

  it("shares no statement that was sent before its write was acknowledged", async () => {
    for (let value = 100; value < 104; value++) {
      proxy.delayMs = SLOW_MS;
      const { executes } = proxy;
      const early = read();
      await eventually("the first read is sent", () => proxy.executes > executes);
      // Cassandra has answered by then, and the answer is on its way.
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS / 3));
      await direct.execute("UPDATE counts SET value = ? WHERE id = 1", [value], { prepare: true });
      expect(await together(5, read)).toEqual(Array(5).fill(value));
      await early;
    }
  });
});
