/**
 * What the service answers at paths of its own, beside the routes of the queries.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "./support/harness.ts";
import { answer, type OwnService, startOwnService } from "./support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE words (word text PRIMARY KEY);",
  queries: `
-- name: list_words :many
-- @route GET /words
-- @public
SELECT word FROM words;
`,
};

const INDEX = {
  name: "cqlgate",
  description: "Cassandra queries as a REST API",
  docs: "/docs",
  openapi: "/openapi.json",
  ready: "/readyz",
};

describe("The service's own paths", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
  });
  after(() => service?.[Symbol.asyncDispose]());

  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    service.request(path, { user: null, method, headers });

  it("/ says in JSON where to read on", async () => {
    expect(await answer(get("/"))).toEqual([200, INDEX]);
    expect(await answer(get("/", { accept: "*/*" }))).toEqual([200, INDEX]);
  });

  it("/ is a page for browsers, with links that work", async () => {
    const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    const response = await get("/", { accept });
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(response.headers.get("vary")?.toLowerCase()).toContain("accept");
    const links = [...(await response.text()).matchAll(/href="(\/[^"]*)"/g)].map(([, to]) => to!);
    expect(links).toEqual(["/docs", "/openapi.json", "/readyz"]);
    for (const link of links) {
      const { status, body } = await get(link);
      await body?.cancel();
      expect([link, status]).toEqual([link, 200]);
    }
  });

  it("/docs/ leads to /docs", async () => {
    const response = await get("/docs/");
    expect([response.status, new URL(response.url).pathname]).toEqual([200, "/docs"]);
    expect(await response.text()).toContain("API reference");
  });

  for (const path of ["/", "/docs", "/docs/"]) {
    it(`${path} is there for HEAD, and takes no POST`, async () => {
      expect((await get(path, {}, "HEAD")).status).toBe(200);
      const response = await get(path, {}, "POST");
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      await response.body?.cancel();
    });
  }

  for (const path of ["/docs/nothing", "/index.html", "/docs/docs/"]) {
    it(`${path} is no path of the service`, async () => {
      expect((await problemOf(await get(path))).status).toBe(404);
    });
  }
});

describe("A query at /", () => {
  it("answers in place of the service", async () => {
    await using service = await startOwnService({
      ...CQL,
      queries: CQL.queries.replace("GET /words", "GET /"),
    });
    expect(await answer(service.request("/", { user: null }))).toEqual([
      200,
      { items: [], next_cursor: null },
    ]);
  });
});
