/**
 * `as=`: the names that clients use, wherever a client meets them.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { bodySchemaOf, type JsonAnswer, operationsAt } from "../support/clients/json_answer.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE prices (product_id text PRIMARY KEY, "feeCurrency" text, fee decimal, version int,
  label text);
CREATE TABLE readings (sensor text, month text, at timestamp, value double,
  PRIMARY KEY ((sensor, month), at));
`;

const QUERIES = `
-- name: put_price :exec
-- @route PUT /prices/{product_id}
-- @public
-- @status 204
-- @param product_id in path as=productId
-- @param fee_currency in body as=feeCurrency
-- @param trace_label? in header as=X-Label
INSERT INTO prices (product_id, "feeCurrency", fee, version, label)
VALUES (:product_id, :fee_currency, :fee, :version, :trace_label);

-- name: get_price :one
-- @route GET /prices/{product_id}
-- @public
-- @etag version
-- @param product_id in path as=productId
SELECT product_id AS "productId", "feeCurrency", fee, version, label
  FROM prices WHERE product_id = :product_id;

-- name: change_price :applied
-- @route PATCH /prices/{product_id}
-- @public
-- @param product_id in path as=productId
-- @param fee_currency in body as=feeCurrency
-- @param seen in if-match
-- @param new_version in body as=version
-- @current "feeCurrency" fee=theFee version
UPDATE prices SET "feeCurrency" = :fee_currency, version = :new_version
 WHERE product_id = :product_id
    IF version = :seen AND "feeCurrency" != :fee_currency AND fee > 0;

-- name: create_prices :applied
-- @route POST /prices
-- @public
-- @bulk
-- @param product_id in body as=productId
-- @param fee_currency in body as=feeCurrency
INSERT INTO prices (product_id, "feeCurrency") VALUES (:product_id, :fee_currency) IF NOT EXISTS;

-- name: search_prices :many
-- @route GET /search
-- @public
-- @param row_limit in query as=top default=10 max=100
SELECT product_id FROM prices LIMIT :row_limit;

-- name: record :exec
-- @route POST /readings/{sensor}
-- @public
-- @bulk
-- @param at in body as=observedAt
-- @param month in bucket:at by=month
INSERT INTO readings (sensor, month, at, value) VALUES (:sensor, :month, :at, :value);

-- name: correct :exec
-- @route PUT /readings/{sensor}/{at}
-- @public
-- @param month in header as=X-Month
-- @param at in path as=readAt
-- @param value in body as=theValue
INSERT INTO readings (sensor, month, at, value) VALUES (:sensor, :month, :at, :value);

-- name: walk_readings :many
-- @route GET /readings/{sensor}
-- @public
-- @walk month from=:since to=:until order=asc max=24
-- @param since in query as=startTime
-- @param until in query as=endTime
SELECT at AS "observedAt", value FROM readings
 WHERE sensor = :sensor AND month = :month AND at >= :since AND at <= :until;
`;

describe("as=", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
  });
  after(() => service?.[Symbol.asyncDispose]());

  async function send(
    method: string,
    path: string,
    { json, headers = {} }: { json?: unknown; headers?: Record<string, string> } = {},
  ) {
    const options = json === undefined ? {} : { json };
    const response = await service.request(path, { method, headers, user: null, ...options });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text || "null") as JsonAnswer };
  }

  it("names values in and out, of a quoted column as well", async () => {
    const json = { feeCurrency: "EUR", fee: "1.50", version: 1 };
    const headers = { "x-label": "spring" };
    expect(await send("PUT", "/prices/tea", { json, headers })).toEqual({
      status: 204,
      body: null,
    });
    expect(await send("GET", "/prices/tea")).toEqual({
      status: 200,
      body: { productId: "tea", feeCurrency: "EUR", fee: "1.50", version: 1, label: "spring" },
    });
  });

  it("knows the marker's name no longer", async () => {
    const { status, body } = await send("PUT", "/prices/x", {
      json: { fee_currency: "EUR", fee: "1", version: 1 },
      headers: { "trace-label": "spring" },
    });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { pointer: "/body/feeCurrency", detail: "Required" },
      { pointer: "/body/fee_currency", detail: 'Unknown: did you mean "feeCurrency"?' },
    ]);
  });

  it("points at the name that the client sent, in every place", async () => {
    const sent = await send("PUT", "/readings/s1/x", {
      json: { theValue: "high" },
      headers: { "x-month": "\xff" },
    });
    expect(sent.body.errors.map(({ pointer }) => pointer)).toEqual([
      "/header/X-Month",
      "/path/readAt",
      "/body/theValue",
    ]);
    const { body } = await send("GET", "/search?top=1000&row_limit=1&limit=5");
    expect(body.errors).toEqual([
      { pointer: "/query/top", detail: "Expected a value from 1 to 100" },
      { pointer: "/query/row_limit", detail: 'Unknown: use one of "top", "limit", "cursor"' },
    ]);
  });

  it("shows the key by its client's name, and columns of @current by theirs", async () => {
    await send("PUT", "/prices/milk", { json: { feeCurrency: "EUR", fee: "2", version: 1 } });
    const changed = { json: { feeCurrency: "USD", version: 2 }, headers: { "if-match": '"1"' } };
    expect((await send("PATCH", "/prices/milk", changed)).status).toBe(200);
    const stale = await send("PATCH", "/prices/milk", changed);
    expect(stale.status).toBe(412);
    expect(stale.body.current).toEqual({
      productId: "milk",
      feeCurrency: "USD",
      theFee: "2",
      version: 2,
    });
  });

  it("holds in every line of @bulk", async () => {
    await send("POST", "/prices", { json: { productId: "a", feeCurrency: "EUR" } });
    const json = [
      { productId: "b", feeCurrency: "EUR" },
      { productId: "a", feeCurrency: "USD" },
      { product_id: "b", feeCurrency: "USD" },
    ];
    const response = await service.request("/prices", { method: "POST", json, user: null });
    const lines = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
    expect(lines.slice(0, -1).sort((a, b) => a.line - b.line)).toEqual([
      expect.objectContaining({ line: 2, code: "not_applied", current: { productId: "a" } }),
      expect.objectContaining({
        line: 3,
        code: "invalid_input",
        errors: [
          { pointer: "/body/productId", detail: "Required" },
          { pointer: "/body/product_id", detail: 'Unknown: did you mean "productId"?' },
        ],
      }),
    ]);
    expect(lines.at(-1)).toEqual({ summary: { read: 3, written: 1, failed: 2 } });
  });

  it("leaves buckets and walks to the names of markers", async () => {
    for (const observedAt of ["2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z"]) {
      const json = { observedAt, value: 1 };
      expect((await send("POST", "/readings/s1", { json })).status).toBe(204);
    }
    const range = "startTime=2026-01-01T00:00:00Z&endTime=2026-03-01T00:00:00Z";
    const { body } = await send("GET", `/readings/s1?${range}&limit=1`);
    expect(body.items).toEqual([{ observedAt: "2026-01-31T23:59:59.000Z", value: 1 }]);
    const next = await send("GET", `/readings/s1?${range}&limit=1&cursor=${body.next_cursor}`);
    expect(next.body.items).toEqual([{ observedAt: "2026-02-01T00:00:00.000Z", value: 1 }]);
    const outside = await send("POST", "/readings/s1", {
      json: { observedAt: "+012026-01-01T00:00:00Z", value: 1 },
    });
    expect(outside.body.errors[0]?.pointer).toBe("/body/observedAt");
    const missing = await send("GET", "/readings/s1?since=2026-01-01T00:00:00Z");
    expect(missing.body.errors.map(({ pointer }) => pointer)).toEqual([
      "/query/startTime",
      "/query/endTime",
      "/query/since",
    ]);
  });

  it("is what OpenAPI says", async () => {
    const { body } = await send("GET", "/openapi.json");
    const { put, patch } = operationsAt("/prices/{productId}", body);
    expect(put.parameters.map(({ in: place, name }) => [place, name]))
      .toEqual([["path", "productId"], ["header", "X-Label"]]);
    const { properties, required } = bodySchemaOf(put, body);
    expect([Object.keys(properties), required]).toEqual([
      ["feeCurrency", "fee", "version"],
      ["feeCurrency", "fee", "version"],
    ]);
    expect(JSON.stringify(patch.parameters)).not.toContain("product_id");
    expect(JSON.stringify(body.components.schemas)).toContain('"theFee"');
    expect(JSON.stringify(body.components.schemas)).not.toMatch(/fee_currency|new_version/);
    await succeed(service.request("/search?top=1", { user: null }));
  });
});
