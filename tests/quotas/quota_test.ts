/**
 * Quotas on the running service: what each of them counts, who is refused and who is not, and what answers,
 * the log, the metrics and the OpenAPI document say of it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf, type TestRequest } from "../support/harness.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE items (tenant_id text, id int, version int, note text, PRIMARY KEY ((tenant_id), id));
`;

/** Every quota fills so slowly that nothing comes back while the test runs. */
const QUERIES = `
-- @scope stations:read
-- @param tenant_id in claim:tenant
-- @rate 4/d

-- name: list_items :many
-- @route GET /items
SELECT id, note FROM items WHERE tenant_id = :tenant_id;

-- name: get_item :one
-- @route GET /items/{id}
-- @etag version
SELECT id, note, version FROM items WHERE tenant_id = :tenant_id AND id = :id;

-- name: list_by_client :many
-- @route GET /by_client
-- @rate 2/d per=client
SELECT id FROM items WHERE tenant_id = :tenant_id;

-- name: list_by_tenant :many
-- @route GET /by_tenant
-- @rate 2/d per=claim:tenant
SELECT id FROM items WHERE tenant_id = :tenant_id;

-- name: checked :many
-- @route GET /checked
-- @rate 3/d
SELECT id FROM items WHERE tenant_id = :tenant_id AND id > :above;

-- name: conditional :one
-- @route GET /conditional/{id}
-- @etag version
-- @rate 3/d
SELECT id, version FROM items WHERE tenant_id = :tenant_id AND id = :id;

-- name: count_shared :many
-- @route GET /shared
-- @operation shared
-- @rate 1/d
SELECT id FROM items WHERE tenant_id = :tenant_id;

-- name: count_shared_above :many
-- @route GET /shared
-- @rate 2/d
SELECT id FROM items WHERE tenant_id = :tenant_id AND id > :above;

-- name: open_items :many
-- @route GET /open/{tenant_id}
-- @public
-- @without tenant_id: anybody may read these
-- @rate 2/d
SELECT id FROM items WHERE tenant_id = :tenant_id;
`;

let service: OwnService;
before(async () => {
  service = await startOwnService({ migration: MIGRATION, queries: QUERIES }, {
    env: { CORS_ORIGINS: "https://app.example" },
  });
  await service.client.execute(
    "INSERT INTO items (tenant_id, id, version, note) VALUES ('acme', 1, 1, 'a')",
  );
});
after(() => service?.[Symbol.asyncDispose]());

/** The statuses of requests one after the other. */
async function statusesOf(count: number, path: string, options: TestRequest = {}) {
  const statuses: number[] = [];
  for (let index = 0; index < count; index++) {
    const response = await service.request(path, options);
    await response.body?.cancel();
    statuses.push(response.status);
  }
  return statuses;
}

async function metric(query: string): Promise<string[]> {
  const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
  return text.split("\n").filter((line) =>
    line.startsWith(`cqlgate_rate_limited_requests_total{query="${query}"`)
  );
}

describe("A quota", () => {
  it("of a file counts its queries together, each caller by itself", async () => {
    expect(await metric("list_items")).toEqual([
      'cqlgate_rate_limited_requests_total{query="list_items",policy="requests/d per caller"} 0',
    ]);
    expect(await statusesOf(2, "/items")).toEqual([200, 200]);
    expect(await statusesOf(3, "/items/1")).toEqual([200, 200, 429]);
    expect(await statusesOf(1, "/items")).toEqual([429]);
    expect(await statusesOf(1, "/items", { user: "reader" })).toEqual([200]);
    expect(await metric("list_items")).toEqual([
      'cqlgate_rate_limited_requests_total{query="list_items",policy="requests/d per caller"} 1',
    ]);
  });

  it("that is used up is answered with a problem, and says when to come back", async () => {
    const response = await service.request("/items");
    expect(await problemOf(response)).toMatchObject({ status: 429, code: "rate_limited" });
    const { headers } = response;
    expect(headers.get("ratelimit-policy")).toBe('"requests/d per caller";q=4;w=86400');
    const [, t] = /^"requests\/d per caller";r=0;t=(\d+)$/.exec(headers.get("ratelimit") ?? "")!;
    expect(headers.get("retry-after")).toBe(t);
    expect(Number(t)).toBeGreaterThan(86_400 / 4 - 120);
    const { requestId } = { requestId: headers.get("x-request-id") };
    expect(service.observations).toContainEqual(expect.objectContaining({
      kind: "request",
      requestId,
      code: "rate_limited",
      policy: "requests/d per caller",
      cassandraMs: 0,
    }));
  });

  it("of a query replaces that of its file", async () => {
    expect(await statusesOf(3, "/by_client")).toEqual([200, 200, 429]);
    expect(await statusesOf(1, "/by_client", { user: "reader" })).toEqual([200]);
    expect(await statusesOf(3, "/by_tenant")).toEqual([200, 200, 429]);
    expect(await statusesOf(1, "/by_tenant", { user: "reader" })).toEqual([200]);
  });

  it("of a public route counts addresses", async () => {
    const { headers } = await service.request("/open/acme", { user: null });
    expect(headers.get("ratelimit-policy")).toBe('"requests/d per address";q=2;w=86400');
    expect(await statusesOf(2, "/open/acme", { user: null })).toEqual([200, 429]);
    expect(await statusesOf(1, "/open/acme", { user: "reader" })).toEqual([429]);
  });

  it("counts no request that is refused before, or that is a preflight", async () => {
    expect(await statusesOf(2, "/checked?above=0", { user: null })).toEqual([401, 401]);
    const preflight: TestRequest = {
      method: "OPTIONS",
      user: null,
      headers: { "origin": "https://app.example", "access-control-request-method": "GET" },
    };
    expect(await statusesOf(5, "/checked", preflight)).toEqual(Array(5).fill(204));
    expect(await statusesOf(2, "/checked", { method: "PUT" })).toEqual([405, 405]);
    const { headers } = await service.request("/checked?above=0", {
      headers: { origin: "https://app.example" },
    });
    expect(headers.get("ratelimit")).toMatch(/^"requests\/d per caller";r=2;/);
    expect(headers.get("access-control-expose-headers")).toMatch(/\bRateLimit, RateLimit-Policy\b/);
  });

  it("counts a request whose input is refused, and tells its sender what is left", async () => {
    const response = await service.request("/checked?above=x");
    expect(await problemOf(response)).toMatchObject({ code: "invalid_input" });
    expect(response.headers.get("ratelimit")).toMatch(/^"requests\/d per caller";r=1;/);
  });

  it("counts HEAD and conditional requests as any other", async () => {
    expect(await statusesOf(1, "/conditional/1", { method: "HEAD" })).toEqual([200]);
    const ifNoneMatch = { headers: { "if-none-match": "*" } };
    const response = await service.request("/conditional/1", ifNoneMatch);
    expect(response.status).toBe(304);
    expect(response.headers.get("ratelimit")).toMatch(/^"requests\/d per caller";r=1;/);
    expect(await statusesOf(2, "/conditional/1", ifNoneMatch)).toEqual([304, 429]);
    const head = await service.request("/conditional/1", { method: "HEAD" });
    expect([head.status, head.headers.has("retry-after")]).toEqual([429, true]);
  });

  it("of a query that shares its route is that of the query that a request is for", async () => {
    expect(await statusesOf(2, "/shared")).toEqual([200, 429]);
    expect(await statusesOf(3, "/shared?above=0")).toEqual([200, 200, 429]);
    // What fits none of them counts towards the first.
    expect(await statusesOf(1, "/shared?below=0")).toEqual([429]);
    expect(await statusesOf(2, "/shared?below=0", { user: "reader" })).toEqual([422, 429]);
  });

  it("is kept when the queries are read again", async () => {
    await service.reload();
    expect(await statusesOf(1, "/items")).toEqual([429]);
  });

  it("stands in the OpenAPI document", async () => {
    const { paths, components } = await succeed<Document>(service.request("/openapi.json"));
    const { responses } = paths["/items"]!.get!;
    expect(Object.keys(responses[429]!.content["application/problem+json"]!.examples)).toEqual([
      "too_many_in_flight",
      "rate_limited",
    ]);
    for (const status of ["200", "429"]) {
      expect(Object.keys(responses[status]!.headers)).toEqual(
        expect.arrayContaining(["RateLimit", "RateLimit-Policy"]),
      );
    }
    expect(responses[401]!.headers ?? {}).not.toHaveProperty("RateLimit");
    expect(components.examples).toHaveProperty("rate_limited");
  });
});

interface Document {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, Answer> }>>;
  readonly components: { readonly examples: object };
}

interface Answer {
  readonly headers: object;
  readonly content: Record<string, { readonly examples: object }>;
}
