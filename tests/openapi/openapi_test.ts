import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { PrimitiveKind } from "../../codec/codec.ts";
import { codecFor } from "../../codec/codec_for.ts";
import { primitives } from "../../codec/primitives.ts";
import { CODES } from "../../errors/codes.ts";
import { loadProject } from "../../server/activation/project.ts";
import {
  EXAMPLE,
  startTestService,
  type TestRequest,
  type TestService,
} from "../support/harness.ts";
import { answer, startOwnService, succeed } from "../support/own_service.ts";
import { type OpenApiValidator, openApiValidator } from "./openapi_validator.ts";

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: string[];
  readonly security: Record<string, string[]>[];
  readonly requestBody?: unknown;
  readonly description?: string;
  readonly responses: Record<string, { readonly content?: Record<string, MediaType> }>;
}

interface MediaType {
  readonly examples?: Record<string, { readonly $ref: string }>;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly securitySchemes: Record<string, unknown>;
    readonly examples: Record<string, { readonly value: { code: string; status: number } }>;
    readonly schemas: Record<
      string,
      { readonly properties: Record<string, { readonly "x-extensible-enum"?: string[] }> }
    >;
  };
}

let service: TestService & AsyncDisposable;
let text: string;
let document: OpenApi;
let validator: OpenApiValidator;

before(async () => {
  service = await startTestService({ cqlDir: EXAMPLE });
  const response = await service.request("/openapi.json", { user: null });
  expect(response.headers.get("content-type")).toBe("application/json");
  text = await response.text();
  document = JSON.parse(text);
  validator = openApiValidator(document);
});
after(() => service[Symbol.asyncDispose]());

interface Located extends Operation {
  readonly path: string;
  readonly method: string;
}

function operations(): Located[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method }))
  );
}

/** Expects the linter to find nothing. */
async function expectClean(source: string): Promise<void> {
  const config = await createConfig({
    extends: ["recommended"],
    // What this service does not decide: who licenses the API, and where it is reached.
    rules: { "info-license": "off", "no-server-example.com": "off" },
  });
  const findings = await lintFromString({ source, config });
  expect(findings.map(({ ruleId, severity, message, location }) => ({
    ruleId,
    severity,
    message,
    at: location[0]?.pointer,
  }))).toEqual([]);
}

describe("GET /openapi.json", () => {
  it("shows each code of a response by one example, with the status of the response", () => {
    const { examples } = document.components;
    for (const { operationId, responses } of operations()) {
      for (const [status, { content }] of Object.entries(responses)) {
        const problem = content?.["application/problem+json"];
        if (problem === undefined) continue;
        const shown = Object.entries(problem.examples ?? {}).map(([code, { $ref }]) => {
          expect($ref).toBe(`#/components/examples/${code}`);
          const { value } = examples[code]!;
          return [value.code, value.status];
        });
        expect([operationId, shown.length > 0]).toEqual([operationId, true]);
        expect(shown).toEqual(
          Object.keys(problem.examples ?? {}).map((code) => [code, Number(status)]),
        );
      }
    }
  });

  it("describes an operation only where the summary does not say it all", () => {
    const texts = operations().map(({ summary, description }) => [summary, description]);
    expect(texts.filter(([summary, description]) => summary === description)).toEqual([]);
    expect(texts.some(([, description]) => description !== undefined)).toBe(true);
  });

  it("is OpenAPI 3.1 without a finding of the linter", async () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    await expectClean(text);
  });

  it("names one type in a schema, or one and null: generators for Go refuse others", () => {
    const lists = [...text.matchAll(/"type":(\[[^\]]*\])/g)].map(([, list]) => list!);
    expect(lists.length).toBeGreaterThan(0);
    expect(lists.filter((list) => !/^\["\w+","null"\]$/.test(list))).toEqual([]);
  });

  it("has a summary of a query without prose, from its name", async () => {
    await using own = await startOwnService({
      migration: "CREATE TABLE items (id int PRIMARY KEY);",
      queries: `
-- name: list_all_items :many
-- @route GET /items
-- @scope items:read
SELECT id FROM items;
`,
    });
    const source = await (await own.request("/openapi.json", { user: null })).text();
    expect(JSON.parse(source).paths["/items"].get.summary).toBe("List all items");
    await expectClean(source);
  });

  it("describes every type of Cassandra as it is", async () => {
    // A counter stands in no table with other columns.
    const kinds = Object.keys(primitives).filter((kind) => kind !== "counter") as PrimitiveKind[];
    const columns = kinds.map((kind) => `${kind}_column`);
    await using own = await startOwnService({
      migration: `CREATE TABLE types (id int PRIMARY KEY, ${
        kinds.map((kind, index) => `${columns[index]} ${kind}`).join(", ")
      });`,
      queries: `
-- name: write_types :exec
-- @route POST /types
-- @scope stations:write
INSERT INTO types (id, ${columns.join(", ")}) VALUES (:id, ${
        columns.map((column) => `:${column}`).join(", ")
      });

-- name: list_types :many
-- @route GET /types
-- @scope stations:read
SELECT ${columns.join(", ")} FROM types;
`,
    });
    const source = await (await own.request("/openapi.json", { user: null })).text();
    await expectClean(source);
    const { expectValid } = openApiValidator(JSON.parse(source));

    const examples = kinds.map((kind, index) => [
      columns[index],
      codecFor({ kind }).output.meta()!.example,
    ]);
    const row = Object.fromEntries(examples);
    const content = ["content", "application/json", "schema"];
    const json = { id: 1, ...row };
    expectValid(json, ["paths", "/types", "post", "requestBody", ...content]);
    expect(await answer(own.request("/types", { method: "POST", json }))).toEqual([204, null]);
    const page = await succeed(own.request("/types"));
    expect(page).toEqual({ items: [row], next_cursor: null });
    expectValid(page, ["paths", "/types", "get", "responses", "200", ...content]);
  });

  it("has every route of the catalog and every hand-written one, and no other", async () => {
    const { queries, routes } = await loadProject(service.config.cqlDir, service.config);
    const expected = [
      ...queries.flatMap(({ route }) => route ?? []),
      ...routes.map(({ route }) => route),
    ];
    const described = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    // Queries that share a route are one operation.
    const routesOnce = new Set(
      expected.map(({ method, path }) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([...routesOnce].sort());
  });

  it("says of each operation who may call it, what it is for, and how it fails", () => {
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { operationId, summary, tags, security, responses } of operations()) {
      expect([operationId, summary, tags.length]).toEqual([
        operationId,
        expect.stringMatching(/./),
        1,
      ]);
      for (const requirement of security) expect(schemes).toEqual(Object.keys(requirement));
      expect(security.length).toBeGreaterThan(0);
      for (const status of ["401", "403", "422", "500", "502", "503", "504"]) {
        expect([operationId, status, Object.keys(responses[status]?.content ?? {})])
          .toEqual([operationId, status, ["application/problem+json"]]);
      }
    }
  });
});

const STATION = { station_id: "s", name: "Station", elevation: 12.5 };
const NO_ETAG = '"00000000-0000-1000-8000-000000000000"';

type Case = readonly [method: string, path: string, request: TestRequest];

/** A request for each operation that succeeds, in an order in which they can. */
const SUCCESSES: Record<string, Case | (() => Promise<Case>)> = {
  create_station: ["POST", "/stations", { json: STATION }],
  list_stations: ["GET", "/stations?limit=1", {}],
  get_station: ["GET", "/stations/s", {}],
  update_station: async () => {
    const response = await service.request("/stations/s");
    await response.body?.cancel();
    const headers = { "if-match": response.headers.get("etag")! };
    return ["PATCH", "/stations/s", { json: { latitude: 47.4, elevation: null }, headers }];
  },
  tag_station: ["POST", "/stations/s/tags", { json: { tags: ["coast", "airport"] } }],
  untag_station: ["DELETE", "/stations/s/tags?tags=coast", {}],
  list_stations_by_tag: ["GET", "/tags/airport/stations", {}],
  nearest_climates: ["POST", "/climates/nearest", { json: { climate: [1, 2, 3], count: 5 } }],
  count_visit: ["POST", "/stations/s/visits", {}],
  get_visits: ["GET", "/stations/s/visits", {}],
  add_note: ["POST", "/stations/s/notes", { json: { words: "Snow on the sensor" } }],
  get_note: async () => {
    const response = await service.request("/stations/s/notes", {
      method: "POST",
      json: { words: "Snow is gone" },
    });
    await response.body?.cancel();
    return ["GET", response.headers.get("location")!, {}];
  },
  list_notes: ["GET", "/stations/s/notes", {}],
  record_observation: ["POST", "/stations/s/observations", {
    json: { observed_at: "2010-01-01T00:00:00Z", temperature: 4.5, wind: null, pressure: "NaN" },
  }],
  list_observations: ["GET", "/stations/s/observations/2010-01", {}],
  list_observations_between: [
    "GET",
    "/stations/s/observations?since=2010-01-01T00:00:00Z&until=2010-02-01T00:00:00Z",
    {},
  ],
  summarise_station: ["GET", "/stations/s/summary/2010-01", {}],
  raise_alert: ["POST", "/stations/s/alerts", {
    json: { raised_at: "2010-01-01T00:00:00Z", severity: "high", message: "Storm" },
  }],
  list_station_alerts: ["GET", "/stations/s/alerts", {}],
  list_alerts_of_day: ["GET", "/alerts/2010-01-01", {}],
};

/** Requests that fail, by operation. */
const FAILURES: [operationId: string, status: number, ...Case][] = [
  ["create_station", 409, "POST", "/stations", { json: STATION }],
  ["create_station", 422, "POST", "/stations", { json: { name: 1, x: 2 } }],
  ["create_station", 401, "POST", "/stations", { json: STATION, user: null }],
  ["create_station", 403, "POST", "/stations", { json: STATION, user: "reader" }],
  ["create_station", 415, "POST", "/stations", { body: "a" }],
  ["update_station", 412, "PATCH", "/stations/s", { json: {}, headers: { "if-match": NO_ETAG } }],
  ["update_station", 428, "PATCH", "/stations/s", { json: {} }],
  ["get_station", 404, "GET", "/stations/nowhere", {}],
  ["list_stations", 400, "GET", "/stations?cursor=x", {}],
  ["list_stations", 406, "GET", "/stations", { headers: { accept: "image/png" } }],
  ["summarise_station", 404, "GET", "/stations/s/summary/2000-01", {}],
  ["summarise_station", 422, "GET", "/stations/s/summary/2000-1", {}],
];

/** Sends a request and holds what comes back against the description of its operation. */
async function expectDescribed(operationId: string, [method, path, request]: Case) {
  const operation = operations().find((each) => each.operationId === operationId)!;
  const place = ["paths", operation.path, operation.method];
  const response = await service.request(path, { ...request, method });
  const body = await response.text();
  expect([path, response.status, Object.keys(operation.responses)])
    .toEqual([path, response.status, expect.arrayContaining([`${response.status}`])]);
  const described = operation.responses[response.status]!.content;
  const shown = described?.["application/problem+json"]?.examples;
  if (shown !== undefined) expect(Object.keys(shown)).toContain(JSON.parse(body).code);
  if (described === undefined) expect(body).toBe("");
  else {
    const type = response.headers.get("content-type")!;
    validator.expectValid(
      JSON.parse(body),
      [...place, "responses", `${response.status}`, "content", type, "schema"],
    );
  }
  if (response.ok && request.json !== undefined) {
    validator.expectValid(request.json, [
      ...place,
      "requestBody",
      "content",
      "application/json",
      "schema",
    ]);
  }
  return response.status;
}

describe("An answer is what the document says of it", () => {
  for (const [operationId, given] of Object.entries(SUCCESSES)) {
    it(`where ${operationId} succeeds`, async () => {
      const request = typeof given === "function" ? await given() : given;
      expect(String(await expectDescribed(operationId, request))).toMatch(/^2/);
    });
  }

  for (const [operationId, status, ...request] of FAILURES) {
    it(`where ${operationId} fails with ${status}`, async () => {
      expect(await expectDescribed(operationId, request)).toBe(status);
    });
  }

  it("where a newer service has another code and another type of problems", async () => {
    const answered = await service.request("/stations/nowhere");
    const problem = { ...await answered.json(), type: "https://example.com/newer", code: "newer" };
    const schema = ["components", "schemas", "Problem"];
    validator.expectValid(problem, schema);
    expect(validator.errorsAt({ ...problem, type: "not a reference" }, schema)).toHaveLength(1);
    expect(document.components.schemas.Problem!.properties.code!["x-extensible-enum"])
      .toEqual(Object.keys(CODES));
  });

  it("for every operation that there is", () => {
    expect(operations().map(({ operationId }) => operationId).sort())
      .toEqual(Object.keys(SUCCESSES).sort());
  });
});
