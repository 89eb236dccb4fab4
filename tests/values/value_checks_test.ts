/**
 * `enum=`, `pattern=` and `format=`: values are checked before Cassandra is asked, wherever they come from.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { bodySchemaOf, type JsonAnswer, operationsAt } from "../support/clients/json_answer.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE products (id text, kind text, currency text, price decimal, sku text, contact text,
  labels set<text>, sizes list<int>, PRIMARY KEY (id, kind));
`;

const QUERIES = `
-- name: put_product :exec
-- @route PUT /products/{id}/{kind}
-- @public
-- @param kind in path enum=book|film
-- @param id in path pattern=[a-z]\\p{L}* max=20
-- @param currency in header enum=EUR|USD
-- @param price? in body enum=1.50|20
-- @param sku in body pattern=[A-Z]{3}-\\d{4,6} max=10 default=AAA-0000
-- @param contact? in body format=email
-- @param labels? in body format=hostname
-- @param sizes? in body enum=1|2|3
INSERT INTO products (id, kind, currency, price, sku, contact, labels, sizes)
VALUES (:id, :kind, :currency, :price, :sku, :contact, :labels, :sizes);

-- name: get_product :one
-- @route GET /products/{id}/{kind}
-- @public
SELECT currency, price, sku, contact, labels, sizes FROM products WHERE id = :id AND kind = :kind;

-- name: find_products :many
-- @route GET /products/{id}
-- @public
-- @param kinds in query enum=book|film max=2
-- @param row_limit in query enum=1|10 default=10
SELECT kind, sku FROM products WHERE id = :id AND kind IN :kinds LIMIT :row_limit;

-- name: load_products :exec
-- @route POST /products
-- @public
-- @bulk
-- @param kind in body enum=book|film
-- @param sku in body pattern=[A-Z]{3}-\\d{4,6} max=10
-- @param words in body pattern=[a-z]+ max=3
INSERT INTO products (id, kind, sku, labels) VALUES (:id, :kind, :sku, :words);
`;

describe("Checks of values", () => {
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

  it("let through what fits", async () => {
    const json = { price: 1.5, contact: "ada@example.org", labels: ["a.b"], sizes: [3, 1, 3] };
    const headers = { currency: "EUR" };
    const id = encodeURIComponent("teé");
    expect((await send("PUT", `/products/${id}/book`, { json, headers })).status).toBe(204);
    expect((await send("GET", `/products/${id}/book`)).body).toEqual({
      currency: "EUR",
      price: "1.5",
      sku: "AAA-0000",
      contact: "ada@example.org",
      labels: ["a.b"],
      sizes: [3, 1, 3],
    });
  });

  it("report everything that does not fit, each at its place", async () => {
    const json = {
      price: "1.51",
      sku: "abc",
      contact: "ada",
      labels: ["a.b", "-", "c", "_"],
      sizes: [1, 4],
    };
    const { status, body } = await send("PUT", "/products/9/Book", {
      json,
      headers: { currency: "eur" },
    });
    expect(status).toBe(422);
    const { errors } = body;
    expect(errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).sort()).toEqual([
      "/body/contact: Expected an e-mail address",
      "/body/labels/1: Expected the name of a host",
      "/body/labels/3: Expected the name of a host",
      '/body/price: Expected one of "1.50", "20"',
      '/body/sizes/1: Expected one of "1", "2", "3"',
      "/body/sku: Expected text of the pattern ^(?:[A-Z]{3}-\\d{4,6})$",
      '/header/Currency: Expected one of "EUR", "USD"',
      "/path/id: Expected text of the pattern ^(?:[a-z]\\p{L}*)$",
      '/path/kind: Expected one of "book", "film"',
    ]);
  });

  it("refuse near misses of a pattern, among them what ends in a line feed", async () => {
    for (const sku of ["AAA-123", "AAA-1234567", "xAAA-1234", "AAA-1234\n", "AAA-１２３４", ""]) {
      const { status } = await send("POST", "/products", {
        json: { id: "a", kind: "book", sku, words: [] },
      });
      expect([sku, status]).toEqual([sku, 422]);
    }
  });

  it("are for each member of a list in the query, and bound a LIMIT", async () => {
    await send("POST", "/products", {
      json: { id: "q", kind: "film", sku: "ABC-1234", words: ["x"] },
    });
    const found = await send("GET", "/products/q?kinds=book&kinds=film&row_limit=1");
    expect(found.body.items).toEqual([{ kind: "film", sku: "ABC-1234" }]);
    const { body } = await send("GET", "/products/q?kinds=book&kinds=games&row_limit=5");
    expect(body.errors).toEqual([
      { pointer: "/query/kinds/1", detail: 'Expected one of "book", "film"' },
      { pointer: "/query/row_limit", detail: 'Expected one of "1", "10"' },
    ]);
  });

  it("hold in every line of an upload", async () => {
    const json = [
      { id: "u", kind: "book", sku: "ABC-1234", words: ["ok"] },
      { id: "u", kind: "books", sku: "ABC-1234", words: ["ok"] },
      { id: "u", kind: "book", sku: "ABC-1234", words: ["ok", "a".repeat(257)] },
    ];
    const response = await service.request("/products", { method: "POST", json, user: null });
    const lines = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
    expect(lines.slice(0, 2).flatMap(({ errors }) => errors)).toEqual([
      { pointer: "/body/kind", detail: 'Expected one of "book", "film"' },
      { pointer: "/body/words/1", detail: "Expected text of the pattern ^(?:[a-z]+)$" },
    ]);
    expect(lines.at(-1).summary).toEqual({ read: 3, written: 1, failed: 2 });
  });

  it("are what OpenAPI says", async () => {
    const { body } = await send("GET", "/openapi.json");
    const { put } = operationsAt("/products/{id}/{kind}", body);
    const parameter = (wanted: string) =>
      put.parameters.find(({ name }) => name === wanted)?.schema;
    expect(parameter("kind")).toMatchObject({ type: "string", enum: ["book", "film"] });
    expect(parameter("id")).toMatchObject({ pattern: "^(?:[a-z]\\p{L}*)$", maxLength: 20 });
    const { properties } = bodySchemaOf(put, body);
    expect(properties.contact).toMatchObject({ type: ["string", "null"], format: "email" });
    expect(properties.sku).toMatchObject({
      pattern: "^(?:[A-Z]{3}-\\d{4,6})$",
      description: 'Text; `"AAA-0000"` if left out',
    });
    expect(JSON.stringify(properties.sizes)).toContain('"enum":[1,2,3]');
    expect(JSON.stringify(properties.labels)).toContain('"format":"hostname"');
    expect(JSON.stringify(properties.price)).toContain('"enum":["1.50","20",null]');
  });
});
