/**
 * What the service answers at paths of its own, beside the routes of the queries.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import { answer, type OwnService, startOwnService } from "../support/own_service.ts";

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

  it("/ shows on the page that the service is ready, in a style that its policy allows", async () => {
    const response = await get("/", { accept: "text/html" });
    const page = await response.text();
    expect(page).toContain('<a href="/readyz">Ready</a>');
    expect(page).toContain("color-scheme: light dark");
    const [, style = ""] = /<style>(.*)<\/style>/s.exec(page) ?? [];
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    expect(response.headers.get("content-security-policy")?.split("; ")).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${new Uint8Array(digest).toBase64()}'`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  for (
    const [path, near] of [
      ["/word", "/words"],
      ["/Words", "/words"],
      ["/words/", "/words"],
      ["/v1/words", "/words"],
    ]
  ) {
    it(`${path} is answered with the nearest route`, async () => {
      const { status, detail } = await problemOf(await get(path!));
      expect([status, detail]).toEqual([
        404,
        `There is no route for "${path}": did you mean "${near}"? See /docs`,
      ]);
    });
  }
  it("a path that is near to no route is answered with the reference", async () => {
    const { detail } = await problemOf(await get("/wp-login.php"));
    expect(detail).toBe('There is no route for "/wp-login.php": see /docs');
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
    it(`${path} is not a path of the service`, async () => {
      expect((await problemOf(await get(path))).status).toBe(404);
    });
  }
});

describe("A service with DOCS=off", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL, { env: { DOCS: "off" } });
  });
  after(() => service?.[Symbol.asyncDispose]());

  for (const path of ["/", "/docs", "/docs/", "/docs/start.js", "/openapi.json", "/word"]) {
    it(`says of ${path} only that it is not a route`, async () => {
      for (const method of ["GET", "POST"]) {
        const response = await service.request(path, { user: null, method });
        const { status, detail } = await problemOf(response);
        expect([status, detail]).toEqual([404, `There is no route for "${path}"`]);
      }
    });
  }

  for (const path of ["/words", "/livez", "/readyz"]) {
    it(`serves ${path}`, async () => {
      expect((await answer(service.request(path, { user: null })))[0]).toBe(200);
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
