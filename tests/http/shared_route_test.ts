/**
 * Several queries at one method and path: the parameters of a request choose which one runs.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import {
  answer,
  type OwnService,
  type Page,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE alerts (tenant_id text, at int, severity text, message text,
  PRIMARY KEY ((tenant_id), at));
CREATE TABLE alerts_by_severity (tenant_id text, severity text, at int, message text,
  PRIMARY KEY ((tenant_id, severity), at));
CREATE TABLE parts (id int PRIMARY KEY, label text);
CREATE TABLE parts_by_code (code text PRIMARY KEY, label text);
`,
  queries: `
-- @scope stations:read
-- @param tenant_id in claim:tenant
-- @page size=2 max=5

-- name: list_all_alerts :many
-- All alerts, the oldest first.
-- @route GET /alerts
-- @operation list_alerts
SELECT at, message FROM alerts WHERE tenant_id = :tenant_id;

-- name: list_latest_alerts :many
-- Alerts before an instant, the newest first.
-- @route GET /alerts
SELECT at, message FROM alerts WHERE tenant_id = :tenant_id AND at < :before ORDER BY at DESC;

-- name: list_severe_alerts :many
-- Alerts of a severity.
-- @route GET /alerts
-- @param level in query as=severity
-- @param since in query default=0
SELECT at, severity, message FROM alerts_by_severity
 WHERE tenant_id = :tenant_id AND severity = :level AND at >= :since;

-- name: clear_alerts :exec
-- @route DELETE /alerts
-- @scope stations:write
DELETE FROM alerts WHERE tenant_id = :tenant_id AND at = :at;

-- name: clear_severity :exec
-- @route DELETE /alerts
-- @scope stations:write
DELETE FROM alerts_by_severity WHERE tenant_id = :tenant_id AND severity = :severity;

-- name: add_alert :exec
-- @route POST /alerts
-- @bulk
INSERT INTO alerts (tenant_id, at, message) VALUES (:tenant_id, :at, :message);

-- name: add_severe_alert :exec
-- @route POST /alerts
-- @bulk
-- @param severity in query
INSERT INTO alerts_by_severity (tenant_id, severity, at) VALUES (:tenant_id, :severity, :at);

-- name: show_alerts :many
-- @route GET /shown
-- @cache ttl=60s
SELECT at, message FROM alerts WHERE tenant_id = :tenant_id;

-- name: show_severe_alerts :many
-- @route GET /shown
-- @param severity in query
SELECT at, severity, message FROM alerts_by_severity
 WHERE tenant_id = :tenant_id AND severity = :severity;

-- name: get_part :one
-- @route GET /parts/{id}
SELECT label FROM parts WHERE id = :id AND label = :tenant_id ALLOW FILTERING;

-- name: get_part_by_code :one
-- @route GET /parts/{id}
-- @param catalogue in query
-- @param id in path max=3
SELECT label, (text) :catalogue AS catalogue FROM parts_by_code
 WHERE code = :id AND label = :tenant_id ALLOW FILTERING;
`,
};

const COMBINATIONS = "Expected the parameters of one of these combinations: " +
  'none; "before"; "severity", optionally "since"';

describe("Queries that share a route", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
    for (const at of [1, 2, 3]) {
      for (const table of ["alerts", "alerts_by_severity"]) {
        await service.client.execute(
          `INSERT INTO ${table} (tenant_id, at, severity, message) VALUES ('acme', ?, 'high', ?)`,
          [at, `${table} ${at}`],
          { prepare: true },
        );
      }
    }
  });
  after(() => service?.[Symbol.asyncDispose]());

  const list = async (query: string) =>
    (await succeed<Page<{ at: number }>>(service.request(`/alerts${query}`))).items;

  for (
    const [query, ats] of [
      ["", [1, 2]],
      ["?limit=5", [1, 2, 3]],
      ["?before=3", [2, 1]],
      ["?severity=high", [1, 2]],
      ["?severity=high&since=2", [2, 3]],
      ["?since=3&severity=high&limit=1", [3]],
    ] as const
  ) {
    it(`answers GET /alerts${query} by the query that takes these parameters`, async () => {
      expect((await list(query)).map(({ at }) => at)).toEqual(ats);
    });
  }

  for (
    const [query, unknown] of [
      ["?since=1", []],
      ["?before=3&severity=high", []],
      ["?level=high", [{ pointer: "/query/level" }]],
      ["?severty=high", [{
        pointer: "/query/severty",
        detail: 'Unknown: did you mean "severity"?',
      }]],
      ["?limit=1&tenant_id=other", [{ pointer: "/query/tenant_id" }]],
    ] as const
  ) {
    it(`refuses GET /alerts${query}, and lists the combinations`, async () => {
      const [status, problem] = await answer(service.request(`/alerts${query}`));
      expect([status, problem]).toMatchObject([422, {
        code: "invalid_input",
        errors: [...unknown, { pointer: "/query", detail: COMBINATIONS }],
      }]);
    });
  }

  it("checks the values of the query that is chosen", async () => {
    const [status, problem] = await answer(service.request("/alerts?before=x&limit=9"));
    expect([
      status,
      (problem as { errors: { pointer: string }[] }).errors.map((each) => each.pointer),
    ])
      .toEqual([422, ["/query/before", "/query/limit"]]);
  });

  it("pages each query by its own cursors", async () => {
    const first = await succeed<Page<{ at: number }>>(service.request("/alerts"));
    const cursor = encodeURIComponent(first.next_cursor!);
    expect((await list(`?cursor=${cursor}`)).map(({ at }) => at)).toEqual([3]);
    for (const other of ["before=9", "severity=high"]) {
      const [status, problem] = await answer(
        service.request(`/alerts?${other}&cursor=${cursor}`),
      );
      expect([other, status, problem]).toMatchObject([other, 400, { code: "invalid_cursor" }]);
    }
    const response = await service.request("/alerts?severity=high");
    await response.body?.cancel();
    expect(response.headers.get("link")).toMatch(/^<\/alerts\?severity=high&cursor=/);
  });

  it("answers HEAD, and in every media type", async () => {
    const head = await service.request("/alerts?before=3", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const csv = await service.request("/alerts?before=3", { headers: { accept: "text/csv" } });
    expect((await csv.text()).trim().split(/\r?\n/)).toEqual([
      "at,message",
      "2,alerts 2",
      "1,alerts 1",
    ]);
    const ndjson = await service.request("/alerts?severity=high", {
      headers: { accept: "application/x-ndjson" },
    });
    const lines = (await ndjson.text()).trim().split("\n").map((line) => JSON.parse(line));
    expect(lines.map(({ severity }) => severity)).toEqual(["high", "high", "high"]);
  });

  it("asks who is calling before it looks at the parameters", async () => {
    for (const [user, status] of [[null, 401], ["writer", 422]] as const) {
      const response = await service.request("/alerts?nonsense=1", { user });
      await response.body?.cancel();
      expect(response.status).toBe(status);
    }
  });

  it("chooses among writes too", async () => {
    await succeed(service.request("/alerts?at=3", { method: "DELETE" }));
    expect((await list("?limit=5")).map(({ at }) => at)).toEqual([1, 2]);
    const [status] = await answer(
      service.request("/alerts?at=3&severity=high", { method: "DELETE" }),
    );
    expect(status).toBe(422);
    expect(await list("?severity=high&limit=5")).toHaveLength(3);
  });

  it("notes the query that ran", async () => {
    await list("?before=3");
    const statements = service.observations.filter((each) => each.kind === "statement");
    expect(statements.at(-1)).toMatchObject({ query: "list_latest_alerts" });
    const requests = service.observations.filter((each) => each.kind === "request");
    expect(requests.at(-1)).toMatchObject({ route: "/alerts", query: "list_latest_alerts" });
  });

  it("is one operation in OpenAPI, with the combinations in words", async () => {
    const { paths } = await succeed<{ paths: Record<string, Record<string, Operation>> }>(
      service.request("/openapi.json"),
    );
    const { operationId, summary, description, parameters, responses } = paths["/alerts"]!.get!;
    expect([operationId, summary]).toEqual(["list_alerts", "List alerts"]);
    expect(description).toBe(`The query parameters are one of these combinations:

- none: All alerts, the oldest first.
- \`before\`: Alerts before an instant, the newest first.
- \`severity\`, optionally \`since\`: Alerts of a severity.`);
    expect(parameters.map(({ name, required }) => [name, required ?? false])).toEqual([
      ["limit", false],
      ["cursor", false],
      ["before", false],
      ["severity", false],
      ["since", false],
    ]);
    const { schema } = responses["200"]!.content["application/json"]!;
    expect(schema.anyOf).toHaveLength(2);
    expect(paths["/alerts"]!.delete!.operationId).toBe("clear_alerts");
  });

  it("is described with what each of its queries takes in the path", async () => {
    const { paths } = await succeed<{ paths: Record<string, Record<string, Operation>> }>(
      service.request("/openapi.json"),
    );
    const [id] = paths["/parts/{id}"]!.get!.parameters;
    expect(id).toMatchObject({
      name: "id",
      in: "path",
      required: true,
      schema: { anyOf: [{ type: "integer" }, { type: "string", maxLength: 3 }] },
    });
  });

  it("is described with the streams of all its queries, and the headers that any of them sends", async () => {
    const { paths } = await succeed<{ paths: Record<string, Record<string, Operation>> }>(
      service.request("/openapi.json"),
    );
    const rowsOf = (path: string) => {
      const { "x-streams": streams, content } = paths[path]!.get!.responses["200"]!;
      const { schema } = content["application/json"]!;
      expect(Object.keys(streams!)).toEqual(["application/x-ndjson", "text/csv"]);
      expect(streams!["text/csv"]).toEqual({ schema: { type: "string" } });
      return [schema.anyOf?.length, streams!["application/x-ndjson"]!.itemSchema!.anyOf?.length];
    };
    expect([rowsOf("/alerts"), rowsOf("/shown")]).toEqual([[2, 2], [2, 2]]);
    const { post } = paths["/alerts"]!;
    const { itemSchema } = post!.requestBody!["x-streams"]["application/x-ndjson"]!;
    const [one, other] = itemSchema!.anyOf as { readonly $ref: string }[];
    expect(one!.$ref).not.toBe(other!.$ref);
    const { headers } = paths["/shown"]!.get!.responses["200"]!;
    expect(Object.keys(headers!)).toEqual(expect.arrayContaining(["Link", "Age", "Cache-Control"]));
    const required = Object.entries(headers!).filter(([, { required }]) => required);
    expect(required.map(([name]) => name)).toEqual([]);
    for (const query of ["", "?severity=high"]) {
      const response = await service.request(`/shown${query}`);
      await response.body?.cancel();
      expect([query, response.headers.has("age")]).toEqual([query, query === ""]);
    }
  });
});

interface Schema {
  readonly anyOf?: unknown[];
}

type Streams = Record<string, { readonly itemSchema?: Schema }>;

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly "x-streams": Streams };
  readonly responses: Record<string, {
    readonly content: Record<string, { readonly schema: Schema }>;
    readonly headers?: Record<string, { readonly required?: boolean }>;
    readonly "x-streams"?: Streams;
  }>;
}
