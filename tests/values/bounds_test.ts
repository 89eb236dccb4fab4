/**
 * `min=` and `max=` of every type that is a number, wherever the value comes from, and in OpenAPI.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { inlined } from "../support/clients/openapi_reference.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE films (id int PRIMARY KEY, price decimal, views bigint, atoms varint, weight float,
  tags set<text>, seen timestamp);
CREATE TABLE ratings (id int PRIMARY KEY, points counter);
CREATE TABLE steps (price decimal, n int, PRIMARY KEY (price, n));
`;

const QUERIES = `
-- name: rate :exec
-- @route POST /ratings/{id}
-- @public
-- @bulk
-- @param points in body min=-5 max=5
UPDATE ratings SET points = points + :points WHERE id = :id;

-- name: rating :one
-- @route GET /ratings/{id}
-- @public
SELECT points FROM ratings WHERE id = :id;

-- name: price_film :exec
-- @route PUT /films/{id}
-- @public
-- @param price? in body min=0.01 max=9999.99
-- @param views? in query min=9007199254740992 max=9007199254740993
-- @param atoms? in header min=-1 max=100000000000000000000000000000000000001
-- @param weight in body max=0.1 default=0.1
INSERT INTO films (id, price, views, atoms, weight) VALUES (:id, :price, :views, :atoms, :weight);

-- name: add_step :exec
-- @route POST /steps/{price}/{n}
-- @public
-- @param price in path min=0.5 max=1.50
INSERT INTO steps (price, n) VALUES (:price, :n);
`;

describe("bounds", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
  });
  after(() => service?.[Symbol.asyncDispose]());

  function send(
    path: string,
    body: string,
    options: { method?: string; headers?: HeadersInit } = {},
  ) {
    const { method = "POST", headers = { "content-type": "application/json" } } = options;
    return service.request(path, { method, body, headers: { ...headers }, user: null });
  }

  const json = { "content-type": "application/json" };
  const requests: [method: string, path: string, body: string, headers: Record<string, string>][] =
    [
      ["POST", "/ratings/1", '{"points":5}', json],
      ["POST", "/ratings/1", '{"points":"-5"}', json],
      ["PUT", "/films/1", '{"price":"9999.990","weight":0.1}', json],
      ["PUT", "/films/1", '{"price":0.01}', json],
      ["PUT", "/films/1?views=9007199254740993", "{}", json],
      ["PUT", "/films/1", "{}", { ...json, Atoms: "100000000000000000000000000000000000001" }],
      ["POST", "/steps/1.500/1", "{}", json],
      ["POST", "/steps/5E-1/1", "{}", json],
    ];
  for (const [method, path, body, headers] of requests) {
    it(`let ${method} ${path} with ${body} and ${headers.Atoms ?? "no header"}`, async () => {
      const response = await send(path, body, { method, headers });
      expect([response.status, await response.text()]).toEqual([204, ""]);
    });
  }

  const refused: [
    string,
    string,
    string,
    Record<string, string>,
    pointer: string,
    range: string,
  ][] = [
    ["POST", "/ratings/1", '{"points":6}', json, "/body/points", "from -5 to 5"],
    ["POST", "/ratings/1", '{"points":"-6"}', json, "/body/points", "from -5 to 5"],
    ["PUT", "/films/1", '{"price":"9999.9900001"}', json, "/body/price", "from 0.01 to 9999.99"],
    ["PUT", "/films/1", '{"price":1e-3}', json, "/body/price", "from 0.01 to 9999.99"],
    ["PUT", "/films/1", '{"price":"1E+9999"}', json, "/body/price", "from 0.01 to 9999.99"],
    ["PUT", "/films/1", '{"weight":0.10000001}', json, "/body/weight", "at most 0.1"],
    ["PUT", "/films/1", '{"weight":"NaN"}', json, "/body/weight", "at most 0.1"],
    [
      "PUT",
      "/films/1?views=9007199254740994",
      "{}",
      json,
      "/query/views",
      "from 9007199254740992 to 9007199254740993",
    ],
    [
      "PUT",
      "/films/1",
      "{}",
      { ...json, Atoms: "100000000000000000000000000000000000002" },
      "/header/Atoms",
      "from -1 to 100000000000000000000000000000000000001",
    ],
    ["POST", "/steps/1.5000001/1", "{}", json, "/path/price", "from 0.5 to 1.50"],
  ];
  for (const [method, path, body, headers, pointer, range] of refused) {
    it(`refuse ${method} ${path} with ${body} and ${headers.Atoms ?? "no header"}`, async () => {
      const response = await send(path, body, { method, headers });
      expect(await problemOf(response)).toMatchObject({
        code: "invalid_input",
        errors: [{ pointer, detail: `Expected a value ${range}` }],
      });
    });
  }

  it("hold for each line of an upload", async () => {
    const lines = [2, 6, "-6", -1].map((points) => JSON.stringify({ points })).join("\n");
    const response = await send("/ratings/2", lines, {
      headers: { "content-type": "application/x-ndjson" },
    });
    const report = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
    expect(report.map(({ line, summary }) => line ?? summary)).toEqual([
      2,
      3,
      { read: 4, written: 2, failed: 2 },
    ]);
    const rating = await service.request("/ratings/2", { user: null });
    expect(await rating.json()).toEqual({ points: "1" });
  });

  it("are in the OpenAPI document", async () => {
    const document = inlined(
      await (await service.request("/openapi.json", { user: null })).json(),
    );
    const schemaOf = (path: string, method: string) =>
      document.paths[path][method].requestBody.content["application/json"].schema.properties;
    expect(schemaOf("/films/{id}", "put").price).toMatchObject({
      anyOf: expect.arrayContaining([
        expect.objectContaining({ type: "number", minimum: 0.01, maximum: 9999.99 }),
      ]),
      description: expect.stringContaining("from 0.01 to 9999.99"),
    });
    expect(JSON.stringify(document.paths["/ratings/{id}"].post.requestBody)).toContain(
      "; from -5 to 5",
    );
    const parameters: { name: string; schema: Record<string, unknown> }[] =
      document.paths["/films/{id}"].put.parameters;
    expect(parameters.find(({ name }) => name === "views")?.schema.description)
      .toContain("from 9007199254740992 to 9007199254740993");
  });
});
