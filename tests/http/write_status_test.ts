/**
 * What a write answers with where it succeeds: by its mode and method, or as `@status` says.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const ROUTES: [name: string, tag: string, mode: string, status: number][] = [
  ["exec", "", "exec", 204],
  ["exec_created", "-- @status 201", "exec", 201],
  ["exec_accepted", "-- @status 202", "exec", 202],
  ["applied", "", "applied", 201],
  ["applied_ok", "-- @status 200", "applied", 200],
  ["applied_accepted", "-- @status 202", "applied", 202],
  ["applied_empty", "-- @status 204", "applied", 204],
];

const CQL = {
  migration: "CREATE TABLE counts (id text PRIMARY KEY, count int);",
  queries: ROUTES.map(([name, tag, mode]) => `
-- name: ${name} :${mode}
-- @route POST /${name}/{id}
-- @public
-- @bulk
${tag}
${
    mode === "exec"
      ? "INSERT INTO counts (id, count) VALUES (:id, :count);"
      : "UPDATE counts SET count = :count WHERE id = :id IF count != :count;"
  }
`).join(""),
};

describe("A write that succeeds", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
  });
  after(() => service?.[Symbol.asyncDispose]());

  const post = (path: string, json: unknown) =>
    service.request(path, { user: null, method: "POST", json });

  for (const [name, tag, mode, status] of ROUTES) {
    const body = mode === "exec" || status === 204 ? "" : '{"applied":true}';
    it(`answers ${status} for :${mode} at POST ${tag === "" ? "by default" : `with ${tag}`}`, async () => {
      const response = await post(`/${name}/${crypto.randomUUID()}`, { count: 1 });
      expect([response.status, await response.text()]).toEqual([status, body]);
      expect(response.headers.get("cache-control")).toMatch(/^no-store(, no-transform)?$/);
    });

    it(`documents ${status} for ${name}`, async () => {
      const { paths } = await succeed<{ paths: Record<string, { post: Described }> }>(
        service.request("/openapi.json", { user: null }),
      );
      const { responses } = paths[`/${name}/{id}`]!.post;
      // An upload of many is a report, whatever one input answers.
      const success = Object.keys(responses).filter((each) => each.startsWith("2"));
      expect(success).toEqual([...new Set(["200", String(status)])]);
      const hasJson = "application/json" in (responses[status]!.content ?? {});
      expect(hasJson).toBe(body !== "");
    });
  }

  it("answers many inputs with a report, whatever the status of one is", async () => {
    const response = await post("/exec_accepted/x", [{ count: 1 }]);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('"written":1');
  });
});

interface Described {
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
}
