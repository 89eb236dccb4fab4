/**
 * CORS as raw HTTP: which origins are told what, on which answers. `cors_browser_test.ts` asks a browser.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { CORS_CQL } from "./cors_project.ts";

const PAGE = "https://app.example.com";
const PREVIEW = "https://pr-7.pages.example";
const STRANGERS = [
  "https://example.com.evil.org",
  "https://evilexample.com",
  "https://app.example.com.evil.org",
  "https://app.example.com.",
  "https://app.example.com:8443",
  "https://APP.example.com",
  "http://app.example.com",
  "https://pages.example",
  "https://a.b.pages.example",
  "https://evilpages.example",
  "https://a.pages.example:444",
  "null",
];

/** Every header about CORS, and what the answer varies by. */
function corsOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"),
  );
}

const variesByOrigin = ({ headers }: Response) =>
  (headers.get("vary") ?? "").split(/, */).includes("Origin");

interface Case {
  readonly what: string;
  readonly path: string;
  readonly status: number;
  readonly user?: string | null;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
}

const ANSWERS: readonly Case[] = [
  { what: "a page", path: "/words", status: 200 },
  { what: "a stream", path: "/words", headers: { accept: "application/x-ndjson" }, status: 200 },
  {
    what: "a compressed stream",
    path: "/words",
    headers: { accept: "text/csv", "accept-encoding": "gzip" },
    status: 200,
  },
  { what: "a row", path: "/words/tern", status: 200 },
  { what: "304", path: "/words/tern", headers: { "if-none-match": "*" }, status: 304 },
  { what: "HEAD", path: "/words/tern", method: "HEAD", status: 200 },
  { what: "204", path: "/words/none", method: "DELETE", status: 204 },
  { what: "a missing token", path: "/words/tern", user: null, status: 401 },
  { what: "a missing scope", path: "/words/x", user: "reader", method: "DELETE", status: 403 },
  { what: "a missing row", path: "/words/none", status: 404 },
  { what: "an unknown path", path: "/nothing", status: 404 },
  { what: "an unknown method", path: "/words", method: "POST", status: 405 },
  { what: "a wrong type", path: "/words", headers: { accept: "image/png" }, status: 406 },
  { what: "an input that is wrong", path: "/words?limit=x", status: 422 },
  { what: "a URL that is wrong", path: "/words/%ff", status: 400 },
  { what: "a hand-written route", path: "/stamped", method: "POST", json: {}, status: 422 },
  { what: "the OpenAPI document", path: "/openapi.json", status: 200 },
  { what: "the page at /", path: "/", status: 200 },
  { what: "a probe", path: "/readyz", status: 200 },
];

describe("A service with CORS_ORIGINS", () => {
  let service: OwnService;
  before(async () => {
    const CORS_ORIGINS = `${PAGE},https://*.pages.example`;
    service = await startOwnService(CORS_CQL, {
      env: { CORS_ORIGINS },
      routes: ["declared/stamped"],
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  async function ask({ path, status: _, what: __, headers, ...options }: Case, origin?: string) {
    const response = await service.request(path, {
      ...options,
      headers: { ...headers, ...origin === undefined ? {} : { origin } },
    });
    await response.body?.cancel();
    return response;
  }
  const preflight = (path: string, method: string, headers: Record<string, string> = {}) =>
    service.request(path, {
      user: null,
      method: "OPTIONS",
      headers: { origin: PAGE, "access-control-request-method": method, ...headers },
    });

  for (const each of ANSWERS) {
    it(`lets a listed page read ${each.what}, and nobody else`, async () => {
      const listed = await ask(each, PAGE);
      expect([listed.status, variesByOrigin(listed)]).toEqual([each.status, true]);
      expect(corsOf(listed)).toMatchObject({
        "access-control-allow-origin": PAGE,
        "access-control-allow-credentials": "true",
      });
      for (const origin of [undefined, "https://evil.org"]) {
        const other = await ask(each, origin);
        expect([other.status, variesByOrigin(other)]).toEqual([each.status, true]);
        expect(Object.keys(corsOf(other))).toEqual(["vary"]);
      }
    });
  }

  it("says the same of what no route gets to see", async () => {
    const { hostname, port } = new URL(service.url);
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const head = `GET /words HTTP/1.1\r\nHost: a b\r\nOrigin: ${PAGE}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    const answer = await new Response(connection.readable).text();
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/\r\nvary: Origin\r\n/i);
    expect(answer).toMatch(/\r\naccess-control-allow-origin: https:\/\/app\.example\.com\r\n/i);
  });

  it("still varies by what it varied by before", async () => {
    const [, stream] = ANSWERS;
    expect(corsOf(await ask(stream!, PAGE)).vary).toMatch(/Accept, /);
  });

  it("lets a page read the headers that are sent, those of hand-written routes included", async () => {
    const response = await ask(ANSWERS[0]!, PAGE);
    expect(response.headers.get("access-control-expose-headers")!.split(", ")).toEqual([
      "Accept",
      "Accept-Encoding",
      "Accept-Patch",
      "Age",
      "Allow",
      "Cassandra-Consistency",
      "Content-Disposition",
      "Cqlgate-Trace",
      "DPoP-Nonce",
      "Deprecation",
      "ETag",
      "Link",
      "Location",
      "RateLimit",
      "RateLimit-Policy",
      "Retry-After",
      "Server-Timing",
      "Sunset",
      "WWW-Authenticate",
      "X-Request-Id",
      "X-Stamp",
    ]);
  });

  it("gives a page that a pattern covers no credentials", async () => {
    const response = await ask(ANSWERS[0]!, PREVIEW);
    expect(corsOf(response)).toMatchObject({ "access-control-allow-origin": PREVIEW });
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
  });

  for (const origin of STRANGERS) {
    it(`tells ${origin} nothing, and answers its preflight as any OPTIONS`, async () => {
      expect(Object.keys(corsOf(await ask(ANSWERS[0]!, origin)))).toEqual(["vary"]);
      const response = await preflight("/words/tern", "PUT", { origin });
      await response.body?.cancel();
      expect([response.status, Object.keys(corsOf(response))]).toEqual([405, ["vary"]]);
    });
  }

  const PREFLIGHTS: readonly [path: string, method: string, methods: string, headers: string[]][] =
    [
      ["/words", "GET", "GET, HEAD", []],
      ["/words/tern", "GET", "DELETE, GET, HEAD, PUT", []],
      ["/words/tern", "DELETE", "DELETE, GET, HEAD, PUT", []],
      ["/words/tern", "PUT", "DELETE, GET, HEAD, PUT", ["note"]],
      ["/words/tern", "PATCH", "DELETE, GET, HEAD, PUT", []],
      ["/stamped", "POST", "POST", ["X-Letter"]],
      // The service's own, for which a page needs or just sends a token.
      ["/openapi.json?for=me", "GET", "GET, HEAD", []],
      ["/docs/caller", "GET", "GET, HEAD", []],
      ["/readyz", "GET", "GET, HEAD", []],
    ];
  for (const [path, method, methods, own] of PREFLIGHTS) {
    it(`answers the preflight of ${method} ${path} without a token`, async () => {
      const response = await preflight(path, method);
      expect([response.status, await response.text()]).toEqual([204, ""]);
      const cors = corsOf(response);
      expect(cors).toMatchObject({
        "access-control-allow-origin": PAGE,
        "access-control-allow-methods": methods,
        "access-control-max-age": "7200",
      });
      const always = [
        "Authorization",
        "Cache-Control",
        "Content-Type",
        "Cqlgate-Trace",
        "DPoP",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
      ];
      const spans = ["Traceparent", "Tracestate", "X-Request-Id"];
      const lower = (names: string[]) => names.map((name) => name.toLowerCase()).sort();
      expect(lower(cors["access-control-allow-headers"]!.split(", ")))
        .toEqual(lower([...always, ...spans, ...own]));
      expect(variesByOrigin(response)).toBe(true);
    });
  }

  it("lets a listed page send what its browser asks for", async () => {
    const askFor = async (names: string, origin = PAGE) => {
      const headers = { "access-control-request-headers": names, origin };
      const response = await preflight("/words/tern", "PUT", headers);
      await response.body?.cancel();
      const allowed = response.headers.get("access-control-allow-headers");
      return { vary: response.headers.get("vary"), allowed: allowed?.split(", ") };
    };
    const { allowed: always } = await askFor("");
    const { allowed, vary } = await askFor("baggage,if-match, sentry-trace,,Note,x-a\tb,(x),*,x:y");
    expect(allowed).toEqual([...always!, "baggage", "sentry-trace"]);
    expect(vary).toContain("Access-Control-Request-Headers");
    expect((await askFor(`x-${"a".repeat(5_000)}`)).allowed).toEqual(always);
    expect((await askFor("baggage", STRANGERS[0])).allowed).toBeUndefined();
  });

  it("answers no preflight for a path without a route", async () => {
    const response = await preflight("/nothing", "PUT");
    await response.body?.cancel();
    expect(response.status).toBe(404);
    expect(response.headers.has("access-control-allow-methods")).toBe(false);
  });

  it("answers OPTIONS that is not a preflight with 405", async () => {
    for (const headers of [{}, { origin: PAGE }, { "access-control-request-method": "PUT" }]) {
      const response = await service.request("/words/tern", {
        user: null,
        method: "OPTIONS",
        headers,
      });
      await response.body?.cancel();
      expect([response.status, response.headers.get("allow")])
        .toEqual([405, "DELETE, GET, HEAD, PUT"]);
    }
  });

  it("counts preflights by the template of their route", async () => {
    await (await preflight("/words/tern", "PUT")).body?.cancel();
    const routes = service.observations
      .flatMap((each) => each.kind === "request" && each.method === "OPTIONS" ? [each.route] : []);
    expect(routes).toContain("/words/{word}");
  });
});

describe("A service with CORS_ORIGINS=*", () => {
  it("lets every page read, and never with credentials", async () => {
    await using service = await startOwnService(CORS_CQL, { env: { CORS_ORIGINS: "*" } });
    const told = new Set<string>();
    for (const origin of [PAGE, "null", undefined]) {
      const headers: Record<string, string> = origin === undefined ? {} : { origin };
      const response = await service.request("/words", { headers });
      await response.body?.cancel();
      expect(corsOf(response)).toMatchObject({ "access-control-allow-origin": "*" });
      expect(response.headers.has("access-control-allow-credentials")).toBe(false);
      expect(variesByOrigin(response)).toBe(false);
      told.add(JSON.stringify(corsOf(response)));
    }
    // A cache may give any of them the answer for another.
    expect(told.size).toBe(1);
  });
});

describe("A service without CORS_ORIGINS", () => {
  it("says nothing of origins", async () => {
    await using service = await startOwnService(CORS_CQL);
    const headers = { origin: PAGE, "access-control-request-method": "PUT" };
    for (const [path, method, status] of [["/words", "GET", 200], ["/words/a", "OPTIONS", 405]]) {
      const response = await service.request(`${path}`, { method: `${method}`, headers });
      await response.body?.cancel();
      expect([response.status, variesByOrigin(response)]).toEqual([status, false]);
      expect(Object.keys(corsOf(response)).filter((name) => name !== "vary")).toEqual([]);
    }
  });
});
