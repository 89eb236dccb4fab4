/**
 * The edge of the running service: how large a request may be before it is refused, and what every answer
 * tells browsers.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { MAX_JSON_DEPTH } from "../../codec/json/nesting.ts";
import { MAX_HEADERS, MAX_QUERY_PARAMETERS } from "../../routes/middleware/check_head.ts";
import { connectTo, sendRaw, writeAll } from "../support/clients/raw_http.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { CORS_CQL } from "./cors_project.ts";

const JSON_TYPE = { "content-type": "application/json" };
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const manyHeaders = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}: a`);

describe("A request that is too large", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CORS_CQL, { routes: ["declared/stamped"] });
  });
  after(() => service?.[Symbol.asyncDispose]());

  it("is 414 for its URL, whatever it asks for", async () => {
    for (const path of ["/words", "/nothing", "/livez", "/docs"]) {
      const long = `${path}?q=${"a".repeat(16_384)}`;
      expect(await problemOf(await service.request(long, { user: null })))
        .toMatchObject({ status: 414, code: "url_too_long" });
    }
  });

  it("is 431 for one long header, and for many short ones", async () => {
    const fat = await service.request("/words", { headers: { filler: "a".repeat(32_768) } });
    expect(await problemOf(fat)).toMatchObject({ status: 431, code: "headers_too_large" });
    // `Host` and `Connection` are two more.
    for (const [count, status] of [[MAX_HEADERS - 2, 200], [MAX_HEADERS - 1, 431]] as const) {
      const answer = await sendRaw(service.url, { path: "/livez", headers: manyHeaders(count) });
      expect(answer.status).toBe(status);
    }
  });

  it("is 400 for the parameters of its query", async () => {
    const query = (count: number) => Array.from({ length: count }, () => "limit=1").join("&");
    const many = await service.request(`/words?${query(MAX_QUERY_PARAMETERS + 1)}`);
    expect(await problemOf(many)).toMatchObject({
      code: "malformed_request",
      detail: "The query has more than 1000 parameters: send fewer",
    });
    const fewer = await service.request(`/words?${query(MAX_QUERY_PARAMETERS)}`);
    expect((await problemOf(fewer)).code).toBe("invalid_input");
  });

  it("is 400 for the depth of its JSON, of a query and of a hand-written route", async () => {
    const routes = [["PUT", "/words/deep"], ["POST", "/stamped"]] as const;
    for (const [method, path] of routes) {
      const send = (value: string) =>
        service.request(path, { method, headers: JSON_TYPE, body: `{"text":${value}}` });
      expect(await problemOf(await send(nested(MAX_JSON_DEPTH)))).toMatchObject({
        code: "malformed_request",
        detail: "The body nests arrays and objects more than 64 deep: send a flatter value",
      });
      expect((await problemOf(await send(nested(MAX_JSON_DEPTH - 1)))).code).toBe("invalid_input");
    }
  });

  it("is observed where no route gets to see it, by the request id of its answer", async () => {
    using connection = await connectTo(service.url);
    await writeAll(
      connection,
      new TextEncoder().encode("BREW /words HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n"),
    );
    const [head, body] = (await new Response(connection.readable).text()).split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    const { request_id } = JSON.parse(body!);
    expect(head).toContain(request_id);
    const own = service.observations.filter((each) =>
      each.kind === "request" && each.requestId === request_id
    );
    expect(own).toEqual([expect.objectContaining({
      method: "_OTHER",
      route: "unmatched",
      status: 400,
      code: "malformed_request",
      completed: true,
      subject: null,
    })]);
  });

  it("is refused by the runtime beyond what the service can see, with an empty answer", async () => {
    const answer = await sendRaw(service.url, {
      path: "/livez",
      headers: [`filler: ${"a".repeat(70_000)}`],
    });
    expect([answer.status, answer.text]).toEqual([400, ""]);
  });

  it("is in the log, as every other", () => {
    const codes = service.observations.flatMap((each) =>
      each.kind === "request" ? [each.code] : []
    );
    expect(codes).toEqual(expect.arrayContaining(["url_too_long", "headers_too_large"]));
  });
});

/** A request, and the status of its answer. */
interface Case {
  readonly path: string;
  readonly status: number;
  readonly method?: string;
  readonly user?: string | null;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
}

/** An answer of every origin: routes, refusals before and after the token, own pages, probes. */
const ANSWERS: readonly Case[] = [
  { path: "/words", status: 200 },
  { path: "/words", status: 200, headers: { accept: "application/x-ndjson" } },
  { path: "/words/tern", status: 200 },
  { path: "/words/tern", status: 304, headers: { "if-none-match": "*" } },
  { path: "/words/tern", status: 200, method: "HEAD" },
  { path: "/words/none", status: 204, method: "DELETE" },
  { path: "/words/tern", status: 401, user: null },
  { path: "/nothing", status: 404 },
  { path: "/words", status: 405, method: "PATCH" },
  { path: "/words/%ff", status: 400 },
  { path: "/stamped", status: 422, method: "POST", json: {} },
  { path: "/openapi.json", status: 200 },
  { path: "/", status: 200, headers: { accept: "text/html" } },
  { path: "/docs", status: 200 },
  { path: "/docs/docs.css", status: 200 },
  { path: "/livez", status: 200 },
  { path: "/readyz", status: 200 },
];

const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};

for (
  const [what, env, expected] of [
    ["Every answer", {}, {
      ...EVERYWHERE,
      "cross-origin-resource-policy": "same-origin",
      "strict-transport-security": undefined,
    }],
    ["Every answer of a service that is open to all, at an https address", {
      CORS_ORIGINS: "*",
      PUBLIC_URL: "https://api.example.com",
      HSTS_MAX_AGE_SECONDS: "86400",
    }, {
      ...EVERYWHERE,
      "cross-origin-resource-policy": "cross-origin",
      "strict-transport-security": "max-age=86400",
    }],
  ] as const
) {
  describe(what, () => {
    let service: OwnService;
    before(async () => {
      service = await startOwnService(CORS_CQL, { env, routes: ["declared/stamped"] });
    });
    after(() => service?.[Symbol.asyncDispose]());

    function expectHeaders(headers: Headers): void {
      const seen = Object.keys(expected).map((name) => [name, headers.get(name) ?? undefined]);
      expect(Object.fromEntries(seen)).toEqual(expected);
      expect(headers.get("cache-control")).toMatch(/no-store|no-cache|private|max-age/);
    }

    for (const { path, status, ...request } of ANSWERS) {
      it(`is safe in a browser: ${request.method ?? "GET"} ${path}, ${status}`, async () => {
        const response = await service.request(path, request);
        await response.body?.cancel();
        expect(response.status).toBe(status);
        expectHeaders(response.headers);
        const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
        if (!isPage) return;
        expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      });
    }

    it("is safe in a browser if no app gets to see the request", async () => {
      const { status, headers } = await sendRaw(service.url, {
        path: "http://user@localhost/words",
      });
      expect(status).toBe(400);
      expectHeaders(headers);
    });

    it("is safe in a browser on the admin port", async () => {
      for (const path of ["/metrics", "/nothing"]) {
        const response = await fetch(service.adminUrl + path);
        await response.body?.cancel();
        expectHeaders(response.headers);
      }
    });
  });
}
