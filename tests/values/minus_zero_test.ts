/**
 * Minus zero is a number of JSON like any other: it comes back as it was written, in every form of an
 * answer.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { TestRequest } from "../support/harness.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE readings (id int PRIMARY KEY, exact double, rough float, vector vector<float, 2>,
  all_of list<double>, by_name map<text, float>, by_value map<double, int>,
  pair frozen<tuple<double, float>>);
CREATE TABLE doubles (k double PRIMARY KEY, v double);
`;

const NAMES = ["exact", "rough", "vector", "all_of", "by_name", "by_value", "pair"];

const QUERIES = `
-- name: put_reading :exec
-- @route PUT /readings/{id}
-- @public
INSERT INTO readings (id, ${NAMES.join(", ")}) VALUES (:id, ${
  NAMES.map((name) => `:${name}`).join(", ")
});

-- name: get_reading :one
-- @route GET /readings/{id}
-- @public
SELECT ${NAMES.join(", ")} FROM readings WHERE id = :id;

-- name: list_readings :many
-- @route GET /readings/{id}/all
-- @public
SELECT exact, rough, all_of FROM readings WHERE id = :id;

-- name: replace_reading :applied
-- @route POST /readings/{id}
-- @public
-- @bulk
-- @current exact
UPDATE readings SET rough = 1 WHERE id = :id IF exact = :exact;

-- name: tell_exact :exec
-- @route PUT /readings/{id}/exact
-- @public
-- @returns exact
INSERT INTO readings (id, exact) VALUES (:id, :exact);

-- name: tell_changed :applied
-- @route PATCH /readings/{id}/exact
-- @public
-- @returns exact
UPDATE readings SET exact = :exact WHERE id = :id IF EXISTS;

-- name: put_double :exec
-- @route PUT /doubles/{k}
-- @public
-- @param v in query default=-0
INSERT INTO doubles (k, v) VALUES (:k, :v);

-- name: get_double :one
-- @route GET /doubles/{k}
-- @public
SELECT k, v FROM doubles WHERE k = :k;
`;

const READING = '"exact":-0.0,"rough":-0.0,"vector":[-0.0,0],"all_of":[0,-0.0],' +
  '"by_name":{"a":-0.0},"by_value":{"-0.0":1},"pair":[-0.0,-0.0]';

describe("Minus zero", () => {
  let service: OwnService;
  const send = (path: string, request: TestRequest = {}) =>
    service.request(path, { ...request, user: null });
  const json = { "content-type": "application/json" };

  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES }, {
      routes: ["calls/calculate"],
    });
    const response = await send("/readings/1", {
      method: "PUT",
      body: `{${READING}}`,
      headers: json,
    });
    expect(response.status).toBe(204);
  });
  after(() => service?.[Symbol.asyncDispose]());

  const LISTED = '{"exact":-0.0,"rough":-0.0,"all_of":[0,-0.0]}';
  const answers: [what: string, path: string, accept: string, text: string][] = [
    ["a row", "/readings/1", "application/json", `{${READING}}`],
    ["a page", "/readings/1/all", "application/json", `{"items":[${LISTED}],"next_cursor":null}`],
    ["NDJSON", "/readings/1/all", "application/x-ndjson", `${LISTED}\n`],
    ["CSV", "/readings/1/all", "text/csv", 'exact,rough,all_of\r\n-0.0,-0.0,"[0,-0.0]"\r\n'],
  ];
  for (const [what, path, accept, text] of answers) {
    it(`is a number in ${what}`, async () => {
      expect(await (await send(path, { headers: { accept } })).text()).toBe(text);
    });
  }

  it("is a number in the row that a condition did not hold for", async () => {
    const body = '{"exact":1}';
    const one = await send("/readings/1", { method: "POST", body, headers: json });
    expect(await one.text()).toContain('"current":{"id":1,"exact":-0.0}');
    const many = await send("/readings/1", { method: "POST", body: `[${body}]`, headers: json });
    expect(await many.text()).toContain('"current":{"id":1,"exact":-0.0}');
  });

  it("is another key than zero, in the path and as a default", async () => {
    expect((await send("/doubles/-0", { method: "PUT", headers: json })).status).toBe(204);
    expect((await send("/doubles/0.0?v=0", { method: "PUT", headers: json })).status).toBe(204);
    expect(await (await send("/doubles/-0.0")).text()).toBe('{"k":-0.0,"v":-0.0}');
    expect(await (await send("/doubles/0")).text()).toBe('{"k":0,"v":0}');
    const document = await (await send("/openapi.json")).text();
    const parameters: { name: string; schema: { default?: unknown } }[] =
      JSON.parse(document).paths["/doubles/{k}"].put.parameters;
    expect(parameters.find(({ name }) => name === "v")?.schema.default).toBe(-0);
  });

  it("is a number for the code of a hand-written route", async () => {
    expect(await (await send("/calculations/1")).json()).toEqual({
      signs: ["-", "-", "-", "-", "-"],
      sums: [1, 1, 1, 1, 1],
      // Infinities, which JSON.stringify makes null of.
      vector: [null, null],
    });
  });
});
