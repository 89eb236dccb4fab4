/**
 * `Accept` as generated clients send it: with the media types of all answers in the OpenAPI document, those
 * of problems included. openapi-generator names all of them in Go, and only types of JSON in Java and Python,
 * if there are any.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE counts (id text PRIMARY KEY, count int);
CREATE TABLE files (id text PRIMARY KEY, content blob);
`,
  queries: `
-- name: put_count :exec
-- @route PUT /counts/{id}
-- @public
INSERT INTO counts (id, count) VALUES (:id, :count);

-- name: add_count :exec
-- Is 201 without content.
-- @route POST /counts/{id}
-- @public
-- @status 201
INSERT INTO counts (id, count) VALUES (:id, :count);

-- name: change_count :applied
-- @route PATCH /counts/{id}
-- @public
-- @status 204
UPDATE counts SET count = :count WHERE id = :id IF count != 0;

-- name: get_count :one
-- @route GET /counts/{id}
-- @public
SELECT count FROM counts WHERE id = :id;

-- name: put_counts :exec
-- @route POST /counts
-- @public
-- @bulk
INSERT INTO counts (id, count) VALUES (:id, :count);

-- name: put_file :exec
-- @route PUT /files/{id}
-- @public
-- @raw content types=image/png
INSERT INTO files (id, content) VALUES (:id, :content);

-- name: get_file :one
-- @route GET /files/{id}
-- @public
-- @raw content types=image/png
SELECT content FROM files WHERE id = :id;
`,
};

const PROBLEM = "application/problem+json";
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);

type Case = readonly [
  name: string,
  method: string,
  path: string,
  sent: { readonly json?: unknown; readonly body?: BodyInit; readonly type?: string },
  status: number,
];

const CASES: readonly Case[] = [
  ["put_count", "PUT", "/counts/a", { json: { count: 1 } }, 204],
  ["add_count", "POST", "/counts/a", { json: { count: 1 } }, 201],
  ["change_count", "PATCH", "/counts/a", { json: { count: 2 } }, 204],
  ["get_count", "GET", "/counts/a", {}, 200],
  ["put_counts, one", "POST", "/counts", { json: { id: "b", count: 1 } }, 204],
  ["put_counts, many", "POST", "/counts", { json: [{ id: "b", count: 1 }] }, 200],
  ["put_file", "PUT", "/files/a", { body: PNG, type: "image/png" }, 204],
  ["get_file", "GET", "/files/a", {}, 200],
];

interface Described {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

describe("A generated client", () => {
  let service: OwnService;
  let operations: Described[];
  before(async () => {
    service = await startOwnService(CQL);
    const { paths } = await succeed<{ paths: Record<string, Record<string, Described>> }>(
      service.request("/openapi.json", { user: null }),
    );
    operations = Object.values(paths).flatMap((path) => Object.values(path));
  });
  after(() => service?.[Symbol.asyncDispose]());

  async function send([, method, path, { json, body, type }]: Case, accept: string) {
    const headers = { accept, ...(type === undefined ? {} : { "content-type": type }) };
    const sent = {
      ...(json === undefined ? {} : { json }),
      ...(body === undefined ? {} : { body }),
    };
    return await service.request(path, { ...sent, method, headers, user: null });
  }

  /** The media types of all answers of an operation, in their order. */
  function typesOf(name: string): string[] {
    const { responses } = operations.find(({ operationId }) => operationId === name)!;
    return [
      ...new Set(Object.values(responses).flatMap(({ content }) => Object.keys(content ?? {}))),
    ];
  }

  for (const each of CASES) {
    const [name, , , , status] = each;
    it(`is answered where it names the media types of ${name}`, async () => {
      const all = typesOf(name.split(",", 1)[0]!);
      expect(all).toContain(PROBLEM);
      const json = all.filter((type) => /[/+]json$/.test(type));
      for (const accept of [all.join(", "), json.join(","), PROBLEM]) {
        const response = await send(each, accept);
        await response.body?.cancel();
        expect([accept, response.status]).toEqual([accept, status]);
      }
    });
  }

  it("is refused where it takes no content that there is", async () => {
    for (const path of ["/counts/a", "/files/a"]) {
      const response = await send(["", "GET", path, {}, 406], `text/csv, ${PROBLEM}`);
      expect((await problemOf(response)).code).toBe("not_acceptable");
    }
  });

  it("is not told of a refusal that a status alone cannot have", async () => {
    const names = operations.filter(({ responses }) => "406" in responses)
      .map(({ operationId }) => operationId).sort();
    expect(names).toEqual(["get_count", "get_file", "put_counts"]);
    const response = await send(CASES[0]!, "text/csv");
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });
});
