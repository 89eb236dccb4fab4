import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { sendRaw } from "../support/clients/raw_request.ts";
import { eventually } from "../support/eventually.ts";
import {
  EXAMPLE,
  problemOf,
  startTestService,
  type TestRequest,
  type TestService,
} from "../support/harness.ts";

const MAX_BODY_BYTES = 4096;
const OBSERVATIONS = "/stations/s/observations";
const OBSERVED = { observed_at: "2010-01-01T00:00:00Z" };
const JSON_TYPE = { "content-type": "application/json" };

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    env: { MAX_BODY_BYTES: `${MAX_BODY_BYTES}` },
  });
});
after(() => service[Symbol.asyncDispose]());

function post(options: TestRequest): TestRequest {
  return { method: "POST", ...options };
}

function jsonText(body: BodyInit, headers: Record<string, string> = JSON_TYPE): TestRequest {
  return post({ body, headers });
}

/** Bytes whose length nobody declares. */
function chunked(...chunks: string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks).pipeThrough(new TextEncoderStream());
}

describe("A request that cannot be read", () => {
  const big = JSON.stringify({ ...OBSERVED, note: "x".repeat(MAX_BODY_BYTES) });
  const CASES: [string, string, TestRequest, number, string, RegExp][] = [
    [
      "JSON that breaks off",
      "/stations",
      jsonText('{"observed_at":'),
      400,
      "malformed_request",
      /not JSON/,
    ],
    [
      "JSON with a comment",
      "/stations",
      jsonText("{} // no"),
      400,
      "malformed_request",
      /not JSON/,
    ],
    ["an array", "/stations", jsonText("[]"), 400, "malformed_request", /not a JSON object/],
    ["null", "/stations", jsonText("null"), 400, "malformed_request", /not a JSON object/],
    [
      "null for a route of many inputs",
      "/stations/hill/observations",
      jsonText("null"),
      400,
      "malformed_request",
      /not a JSON object/,
    ],
    ["a string", "/stations", jsonText('"{}"'), 400, "malformed_request", /not a JSON object/],
    [
      "bytes that are not UTF-8",
      "/stations",
      jsonText(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)),
      400,
      "malformed_request",
      /not UTF-8/,
    ],
    [
      "an escape in the path that is not UTF-8",
      "/stations/%ff",
      {},
      400,
      "malformed_request",
      /UTF-8/,
    ],
    ["an invalid escape in the path", "/stations/%zz", {}, 400, "malformed_request", /UTF-8/],
    [
      "an escape in the query that is not UTF-8",
      "/stations?limit=%c3",
      {},
      400,
      "malformed_request",
      /UTF-8/,
    ],
    [
      "a body of no stated type",
      "/stations",
      jsonText(new TextEncoder().encode("{}"), {}),
      415,
      "unsupported_media_type",
      /takes "application\/json", .* no stated type, as "Content-Type" is missing/,
    ],
    [
      "a type that is empty",
      "/stations",
      jsonText("{}", { "content-type": "" }),
      415,
      "unsupported_media_type",
      /takes "application\/json", .* no stated type, as "Content-Type" is empty/,
    ],
    [
      "a type of blanks only, for a route of many inputs",
      "/stations/hill/observations",
      jsonText("[]", { "content-type": " \t" }),
      415,
      "unsupported_media_type",
      /takes "application\/json" or "application\/x-ndjson" or "text\/csv", .* is empty/,
    ],
    [
      "a form",
      "/stations",
      post({ body: new URLSearchParams(OBSERVED) }),
      415,
      "unsupported_media_type",
      /x-www-form-urlencoded/,
    ],
    [
      "a type that begins like JSON",
      "/stations",
      jsonText("{}", { "content-type": "application/jsonl" }),
      415,
      "unsupported_media_type",
      /jsonl/,
    ],
    [
      "a body in gzip",
      "/stations",
      jsonText("{}", { ...JSON_TYPE, "content-encoding": "gzip" }),
      415,
      "unsupported_media_type",
      /"gzip".*send it unencoded/,
    ],
    [
      "a coding among others that says nothing",
      "/stations",
      jsonText("{}", { ...JSON_TYPE, "content-encoding": "identity, br" }),
      415,
      "unsupported_media_type",
      /"identity, br"/,
    ],
    [
      "a body that says it is too large",
      "/stations",
      jsonText(big),
      413,
      "body_too_large",
      /4096 bytes/,
    ],
    [
      "a body that turns out too large",
      "/stations",
      jsonText(chunked(big.slice(0, 100), big.slice(100))),
      413,
      "body_too_large",
      /4096 bytes/,
    ],
    ["a path that is not a route", "/station", {}, 404, "unknown_route", /"\/station"/],
    ["a path with a slash too many", "/stations/", {}, 404, "unknown_route", /"\/stations\/"/],
    [
      "a caller that takes only HTML",
      "/stations",
      { headers: { accept: "text/html" } },
      406,
      "not_acceptable",
      /application\/json/,
    ],
    [
      "a caller that refuses JSON",
      "/stations",
      { headers: { accept: "application/json;q=0" } },
      406,
      "not_acceptable",
      /application\/json/,
    ],
  ];
  for (const [name, path, request, status, code, detail] of CASES) {
    it(`is answered with ${code} for ${name}`, async () => {
      const problem = await problemOf(await service.request(path, request));
      expect([problem.status, problem.code]).toEqual([status, code]);
      expect(problem.detail).toMatch(detail);
      expect(problem.errors).toBeUndefined();
    });
  }
});

describe("A request that can be read", () => {
  const body = JSON.stringify(OBSERVED);
  const CASES: [string, string, TestRequest, number][] = [
    [
      "a parameter of the media type",
      OBSERVATIONS,
      jsonText(body, { "content-type": "application/json; charset=utf-8" }),
      204,
    ],
    [
      "a JSON subtype",
      OBSERVATIONS,
      jsonText(body, { "content-type": "application/vnd.acme+json" }),
      204,
    ],
    [
      "a content coding that changes nothing",
      OBSERVATIONS,
      jsonText(body, { ...JSON_TYPE, "content-encoding": "Identity" }),
      204,
    ],
    [
      "a body of undeclared length",
      OBSERVATIONS,
      jsonText(chunked(body.slice(0, 9), body.slice(9))),
      204,
    ],
    ["a body of just the limit", OBSERVATIONS, jsonText(body.padEnd(MAX_BODY_BYTES)), 204],
    ["no preference", "/stations", { headers: { accept: "*/*" } }, 200],
    ["a preference for HTML", "/stations", { headers: { accept: "text/html, */*;q=0.1" } }, 200],
    [
      "a preference for any application type",
      "/stations",
      { headers: { accept: "application/*" } },
      200,
    ],
    ["an escaped percent sign", "/stations/100%25", {}, 404],
  ];
  for (const [name, path, request, status] of CASES) {
    it(`is served with ${name}`, async () => {
      const response = await service.request(path, request);
      await response.body?.cancel();
      expect(response.status).toBe(status);
    });
  }
});

describe("A path that clients and proxies change on the way", () => {
  const REFUSED = [
    "/stations/..",
    "/stations/.",
    "/stations/%2e%2E",
    "/stations/.%2e/observations/2010-01",
    "/stations/%2e?limit=1",
    "/stations\\hill",
    "/./stations",
  ];
  for (const path of REFUSED) {
    it(`is refused: ${path}`, async () => {
      const { status, body } = await sendRaw(service.url, [`GET ${path} HTTP/1.1`]);
      expect([status, JSON.parse(body).code]).toEqual([400, "malformed_request"]);
    });
  }

  // The route needs a token: a request without one that reaches it is a 401.
  for (const path of ["/stations/...", "/stations/.a", "/stations/a%5Cb", "/stations/%2e%2e%2e"]) {
    it(`is not one like ${path}`, async () => {
      const { status } = await sendRaw(service.url, [`GET ${path} HTTP/1.1`]);
      expect(status).toBe(401);
    });
  }
});

describe("A request whose values do not fit", () => {
  const CASES: [string, string, TestRequest, Record<string, RegExp>][] = [
    ["no body", OBSERVATIONS, post({}), { "/body/observed_at": /Required/ }],
    ["an empty object", "/stations", post({ json: {} }), {
      "/body/station_id": /Required/,
      "/body/name": /Required/,
    }],
    [
      "all mistakes at once",
      "/stations?dry_run=1",
      post({ json: { name: 7, elevaton: 1, elevation: "high", "a/b~c": 0 } }),
      {
        "/body/station_id": /Required/,
        "/body/name": /./,
        "/body/elevation": /./,
        "/body/elevaton": /did you mean "elevation"/i,
        "/body/a~1b~0c": /Unknown/,
        "/query/dry_run": /Unknown/,
      },
    ],
    ["a null that may not be", "/stations", post({ json: { station_id: "s", name: null } }), {
      "/body/name": /./,
    }],
    [
      "a property that objects inherit",
      OBSERVATIONS,
      jsonText('{"observed_at":"2010-01-01T00:00:00Z","__proto__":{"wind":1},"toString":1}'),
      { "/body/__proto__": /Unknown/, "/body/toString": /Unknown/ },
    ],
    [
      "an instant without an offset",
      OBSERVATIONS,
      post({ json: { observed_at: "2010-01-01T00:00:00" } }),
      {
        "/body/observed_at": /./,
      },
    ],
    [
      "a number that JSON would round",
      OBSERVATIONS,
      jsonText('{"observed_at":"2010-01-01T00:00:00Z","wind":1e999}'),
      {
        "/body/wind": /./,
      },
    ],
    ["a misspelt query parameter", "/stations?limt=5", {}, {
      "/query/limt": /did you mean "limit"/i,
    }],
    ["a query parameter of a route that takes none", "/stations/s?limit=5", {}, {
      "/query/limit": /takes none/,
    }],
    ["a limit of nothing", "/stations?limit=0", {}, { "/query/limit": /1 to 1000/ }],
    ["a limit above the most", "/stations?limit=1001", {}, { "/query/limit": /1 to 1000/ }],
    ["a limit that is not an integer", "/stations?limit=1.5", {}, { "/query/limit": /1 to 1000/ }],
    ["an empty limit", "/stations?limit=", {}, { "/query/limit": /1 to 1000/ }],
    ["a limit given twice", "/stations?limit=1&limit=2", {}, { "/query/limit": /once/ }],
    ["a cursor given twice", "/stations?cursor=a&cursor=b", {}, { "/query/cursor": /once/ }],
    ["a limit and an unknown parameter", "/stations?limit=0&cursor=a&cursor=b&x=1", {}, {
      "/query/limit": /1 to 1000/,
      "/query/cursor": /once/,
      "/query/x": /Unknown/,
    }],
    ["an invalid month", "/stations/s/observations/2010-13", {}, { "/path/month": /month/ }],
  ];
  for (const [name, path, request, mistakes] of CASES) {
    it(`is answered with 422 for ${name}`, async () => {
      const problem = await problemOf(await service.request(path, request));
      expect([problem.status, problem.code]).toEqual([422, "invalid_input"]);
      const details = Object.fromEntries(
        problem.errors!.map((error) => [error.pointer, error.detail]),
      );
      expect(Object.keys(details).sort()).toEqual(Object.keys(mistakes).sort());
      for (const [pointer, detail] of Object.entries(mistakes)) {
        expect(details[pointer]).toMatch(detail);
      }
    });
  }
});

describe("A method that a path does not take", () => {
  const CASES = [
    ["PUT", "/stations", "GET, HEAD, POST"],
    ["DELETE", "/stations/s/summary/2010-01", "GET, HEAD"],
    ["GET", "/climates/nearest", "POST"],
    ["HEAD", "/climates/nearest", "POST"],
    ["OPTIONS", "/stations/s/summary/2010-01", "GET, HEAD"],
    ["POST", "/openapi.json", "GET, HEAD"],
    ["POST", "/docs/caller", "GET, HEAD"],
    ["POST", "/livez", "GET, HEAD"],
  ];
  for (const [method, path, allow] of CASES) {
    it(`is answered with 405 and what it takes, for ${method} ${path}`, async () => {
      const response = await service.request(path!, { method: method! });
      expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
      if (method === "HEAD") expect(await response.text()).toBe("");
      else expect((await problemOf(response)).code).toBe("method_not_allowed");
    });
  }
});

describe("X-Request-Id", () => {
  const CASES = [
    ["keeps", "a UUID", crypto.randomUUID()],
    ["keeps", "128 characters", "x".repeat(128)],
    ["keeps", "a trace id with signs", "Root=1-67891233-abcdef/01.2:3+_"],
    ["replaces", "129 characters", "x".repeat(129)],
    ["replaces", "spaces", "a b"],
    ["replaces", "quotes", 'a"b'],
    ["replaces", "a tab", "a\tb"],
    ["replaces", "letters beyond ASCII", "é"],
    ["replaces", "nothing", ""],
  ];
  for (const [verb, name, id] of CASES) {
    it(`${verb} ${name}`, async () => {
      const response = await service.request("/stations", { headers: { "x-request-id": id! } });
      await response.body?.cancel();
      const given = response.headers.get("x-request-id");
      if (verb === "keeps") expect(given).toBe(id);
      else expect(given).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      await eventually(
        "it is logged",
        () =>
          service.observations.some((each) => each.kind === "request" && each.requestId === given),
      );
    });
  }

  it("is in every answer, and another one each time", async () => {
    const ids = new Set<string | null>();
    const paths = [
      "/stations",
      "/stations/nowhere",
      "/nowhere",
      "/livez",
      "/docs",
      "/openapi.json",
    ];
    for (const path of paths) {
      const response = await service.request(path);
      await response.body?.cancel();
      ids.add(response.headers.get("x-request-id"));
    }
    expect(ids.size).toBe(paths.length);
    expect(ids).not.toContain(null);
  });
});
