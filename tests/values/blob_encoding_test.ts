/**
 * `encoding=`: bytes in a URL, a header and a body, written as hex or base64url.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type JsonAnswer, operationsAt } from "../support/clients/json_answer.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE files (digest blob, part blob, name text, data blob, PRIMARY KEY (digest, part));
`;

const QUERIES = `
-- name: put_file :applied
-- @route PUT /files/{digest}/{part}
-- @public
-- @param digest in path encoding=hex
-- @param part in path encoding=base64url
-- @param data? in header encoding=hex as=X-Data
INSERT INTO files (digest, part, name, data) VALUES (:digest, :part, :name, :data) IF NOT EXISTS;

-- name: find_files :many
-- @route GET /files
-- @public
-- @param digests in query encoding=hex max=3
SELECT digest, name, data FROM files WHERE digest IN :digests;

-- name: get_plain :one
-- @route GET /plain/{digest}/{part}
-- @public
SELECT name FROM files WHERE digest = :digest AND part = :part;
`;

describe("encoding=", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
  });
  after(() => service?.[Symbol.asyncDispose]());

  async function send(method: string, path: string, json?: unknown, data?: string) {
    const response = await service.request(path, {
      method,
      user: null,
      ...(json === undefined ? {} : { json }),
      ...(data === undefined ? {} : { headers: { "x-data": data } }),
    });
    return { status: response.status, body: await response.json() as JsonAnswer };
  }

  it("reads bytes in a path, a query and a header, and echoes them as they were sent", async () => {
    const put = () => send("PUT", "/files/CAFE/_-8", { name: "a" }, "00ff");
    expect((await put()).status).toBe(200);
    expect((await put()).body.current).toEqual({ digest: "cafe", part: "_-8" });
    const { body } = await send("GET", "/files?digests=cafe&digests=00");
    // Rows have base64, as everywhere.
    expect(body.items).toEqual([{ digest: "yv4=", name: "a", data: "AP8=" }]);
    expect((await send("GET", "/plain/yv4%3D/%2F%2B8%3D")).body).toEqual({ name: "a" });
  });

  it("refuses other spellings, and points at them", async () => {
    const { status, body } = await send("PUT", "/files/caf/_-8=", { name: "a" }, "AP8=");
    expect([status, body.errors]).toEqual([422, [
      {
        pointer: "/path/digest",
        detail: "Expected a string in hexadecimal digits, two for each byte",
      },
      { pointer: "/path/part", detail: "Expected a string in base64url without padding" },
      {
        pointer: "/header/X-Data",
        detail: "Expected a string in hexadecimal digits, two for each byte",
      },
    ]]);
  });

  it("is what OpenAPI says", async () => {
    const { body } = await send("GET", "/openapi.json");
    const { parameters } = operationsAt("/files/{digest}/{part}", body).put;
    const schemas = parameters.filter(({ schema }) => schema.contentEncoding !== undefined)
      .map(({ name, schema }) => [name, schema.contentEncoding, schema.example]);
    expect(schemas).toEqual([
      ["digest", "base16", "cafebabe"],
      ["part", "base64url", "yv66vg"],
      ["X-Data", "base16", "cafebabe"],
    ]);
  });
});
