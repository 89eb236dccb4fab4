/**
 * `@raw`: a blob that goes in and out as it is, whatever somebody has stored.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE files (id text PRIMARY KEY, content blob, content_type text, name text, version int,
  owner text);
`;

const QUERIES = `
-- name: put_file :exec
-- @route PUT /files/{id}
-- @public
-- @param name? in query
-- @param owner in header as=X-Owner default=nobody
-- @raw content type=content_type types=image/png|image/jpeg|text/html
INSERT INTO files (id, content, content_type, name, version, owner)
VALUES (:id, :content, :content_type, :name, :version, :owner);

-- name: get_file :one
-- @route GET /files/{id}
-- @public
-- @etag version
-- @raw content type=content_type types=image/png|image/jpeg|text/html
SELECT content, content_type, version FROM files WHERE id = :id;

-- name: show_file :one
-- @route GET /files/{id}/picture
-- @public
-- @raw content type=content_type types=image/png|image/jpeg disposition=inline
SELECT content, content_type FROM files WHERE id = :id;

-- name: plain_file :one
-- @route GET /files/{id}/bytes
-- @public
-- @raw content
SELECT content FROM files WHERE id = :id;

-- name: describe_file :one
-- @route GET /files/{id}/about
-- @public
SELECT content_type, name, version, owner FROM files WHERE id = :id;

-- name: create_file :applied
-- @route POST /files/{id}
-- @public
-- @raw content
INSERT INTO files (id, content) VALUES (:id, :content) IF NOT EXISTS;
`;

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 0xff]);
const SCRIPT = new TextEncoder().encode("<script>alert(1)</script>");

describe("@raw", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES }, {
      env: { MAX_BODY_BYTES: "2000000" },
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  function put(
    id: string,
    body: BodyInit,
    { type, query = "version=1", headers = {}, method = "PUT" }: {
      type?: string;
      query?: string;
      headers?: Record<string, string>;
      method?: string;
    } = {},
  ): Promise<Response> {
    return service.request(`/files/${id}?${query}`, {
      method,
      body,
      user: null,
      headers: { ...headers, ...(type === undefined ? {} : { "content-type": type }) },
    });
  }

  const get = (path: string, options: { method?: string; headers?: Record<string, string> } = {}) =>
    service.request(path, { ...options, user: null });

  async function bytesOf(response: Response): Promise<Uint8Array> {
    expect(response.status).toBe(200);
    return new Uint8Array(await response.arrayBuffer());
  }

  it("stores the body, its type and the values beside it, and gives the same bytes back", async () => {
    const answer = await put("a", PNG, {
      type: "Image/PNG; x=y",
      query: "version=7&name=a%20b",
      headers: { "x-owner": "ada" },
    });
    expect(answer.status).toBe(204);
    expect(await (await get("/files/a/about")).json()).toEqual({
      content_type: "image/png",
      name: "a b",
      version: 7,
      owner: "ada",
    });
    const file = await get("/files/a");
    expect(Object.fromEntries(file.headers)).toMatchObject({
      "content-type": "image/png",
      "content-disposition": "attachment",
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "accept-ranges": "none",
      "cache-control": "private, no-cache, no-transform",
      "content-length": "8",
      etag: expect.stringMatching(/^"7;[\w-]{12}"$/),
    });
    expect(await bytesOf(file)).toEqual(PNG);
  });

  it("shows inline only what the author has named", async () => {
    await put("b", PNG, { type: "image/png" });
    await put("c", SCRIPT, { type: "text/html" });
    const typesAndDispositions = async (path: string) => {
      const { headers, body } = await get(path);
      await body?.cancel();
      return [headers.get("content-type"), headers.get("content-disposition")];
    };
    expect(await typesAndDispositions("/files/b/picture")).toEqual(["image/png", "inline"]);
    expect(await typesAndDispositions("/files/c/picture")).toEqual([
      "application/octet-stream",
      "attachment",
    ]);
    expect(await typesAndDispositions("/files/c")).toEqual(["text/html", "attachment"]);
    expect(await typesAndDispositions("/files/c/bytes")).toEqual([
      "application/octet-stream",
      "attachment",
    ]);
  });

  it("knows no type that another client has stored beside the list", async () => {
    const odd = [
      "image/svg+xml",
      "IMAGE/PNG\r\nset-cookie: a=b",
      "image/png, text/html",
      "image/pngx",
      "text/html",
      "",
      null,
    ];
    for (const type of odd) {
      await service.client.execute(
        "INSERT INTO files (id, content, content_type) VALUES ('odd', ?, ?)",
        [Buffer.from(SCRIPT), type],
        { prepare: true },
      );
      const response = await get("/files/odd/picture");
      expect([type, response.headers.get("content-type")]).toEqual([
        type,
        "application/octet-stream",
      ]);
      expect(response.headers.get("content-disposition")).toBe("attachment");
      expect(response.headers.get("set-cookie")).toBeNull();
      expect(await bytesOf(response)).toEqual(SCRIPT);
    }
    await service.client.execute(
      "UPDATE files SET content_type = 'Image/JPEG; q=1' WHERE id = 'odd'",
    );
    const known = await get("/files/odd/picture");
    expect(known.headers.get("content-type")).toBe("image/jpeg");
    await known.body?.cancel();
  });

  it("tells no content from empty content", async () => {
    await put("empty", new Uint8Array(), { type: "image/png" });
    const empty = await get("/files/empty");
    expect(empty.headers.get("content-length")).toBe("0");
    expect(await bytesOf(empty)).toHaveLength(0);
    await service.client.execute("UPDATE files SET content = null WHERE id = 'empty'");
    expect(await problemOf(await get("/files/empty"))).toMatchObject({
      code: "not_found",
      detail: "The row has no content",
    });
    expect(await problemOf(await get("/files/nobody"))).toMatchObject({ code: "not_found" });
  });

  it("answers HEAD, If-None-Match and Range as it says", async () => {
    await put("h", PNG, { type: "image/png", query: "version=3" });
    const head = await get("/files/h", { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      "8",
      "",
    ]);
    const tag = head.headers.get("etag")!;
    const same = await get("/files/h", { headers: { "if-none-match": tag } });
    expect([same.status, await same.text()]).toEqual([304, ""]);
    const other = await get("/files/h", { headers: { "if-none-match": tag.replace("3", "2") } });
    expect(await bytesOf(other)).toEqual(PNG);
    const ranged = await get("/files/h", { headers: { range: "bytes=0-1" } });
    expect(await bytesOf(ranged)).toEqual(PNG);
  });

  it("takes only the types of its list", async () => {
    for (const type of [undefined, "application/json", "image/svg+xml", "image/*", "image/png2"]) {
      const response = await put("t", PNG, type === undefined ? {} : { type });
      expect([type, response.status]).toEqual([type, 415]);
      expect(response.headers.get("accept")).toBe("image/png, image/jpeg, text/html");
      await response.body?.cancel();
    }
    const coded = await put("t", PNG, {
      type: "image/png",
      headers: { "content-encoding": "gzip" },
    });
    expect((await problemOf(coded)).code).toBe("unsupported_media_type");
    expect((await get("/files/t")).status).toBe(404);
  });

  it("checks the values beside the content as on any route", async () => {
    const response = await put("v", PNG, {
      type: "image/png",
      query: "version=x&naem=a&content=AA%3D%3D&content_type=image/png",
    });
    const { errors } = await problemOf(response);
    expect(errors?.map(({ pointer }) => pointer)).toEqual([
      "/query/version",
      "/query/naem",
      "/query/content",
      "/query/content_type",
    ]);
  });

  it("keeps within the limit of bodies, and streams what is large", async () => {
    const large = crypto.getRandomValues(new Uint8Array(65_536));
    const parts = Array.from({ length: 24 }, () => large);
    const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
    expect((await put("large", whole, { type: "image/jpeg" })).status).toBe(204);
    const answered = await get("/files/large");
    expect(answered.headers.get("content-length")).toBe(`${whole.length}`);
    expect(await bytesOf(answered)).toEqual(whole);
    const tooLarge = await put("large", new Uint8Array(2_000_001), { type: "image/png" });
    expect((await problemOf(tooLarge)).code).toBe("body_too_large");
    const streamed = await service.request("/files/large?version=1", {
      method: "PUT",
      user: null,
      headers: { "content-type": "image/png" },
      body: ReadableStream.from(Array.from({ length: 40 }, () => large)),
    });
    expect((await problemOf(streamed)).code).toBe("body_too_large");
    const kept = await get("/files/large", { method: "HEAD" });
    expect(kept.headers.get("content-type")).toBe("image/jpeg");
  });

  it("negotiates by the types that it may answer in", async () => {
    await put("n", PNG, { type: "image/png" });
    const accepted = async (accept: string) => {
      const response = await get("/files/n/picture", { headers: { accept } });
      await response.body?.cancel();
      return response.status;
    };
    expect(await accepted("image/avif,image/*,*/*;q=0.8")).toBe(200);
    expect(await accepted("application/octet-stream")).toBe(200);
    expect(await accepted("application/json")).toBe(406);
  });

  it("writes on a condition", async () => {
    const create = () =>
      put("once", PNG, { type: "application/octet-stream", query: "", method: "POST" });
    expect((await create()).status).toBe(201);
    const again = await create();
    expect(again.status).toBe(409);
    expect((await again.json()).current).toEqual({ id: "once" });
    expect(await bytesOf(await get("/files/once/bytes"))).toEqual(PNG);
  });

  it("is bytes in OpenAPI, in both directions", async () => {
    const { paths } = await (await get("/openapi.json")).json();
    const { put: write, get: read } = paths["/files/{id}"];
    const binary = { schema: { type: "string", format: "binary" } };
    expect(write.requestBody).toEqual({
      required: true,
      content: { "image/png": binary, "image/jpeg": binary, "text/html": binary },
    });
    expect(write.parameters.map(({ name }: { name: string }) => name).sort()).toEqual([
      "X-Owner",
      "id",
      "name",
      "version",
    ]);
    expect(Object.keys(read.responses["200"].content)).toEqual([
      "image/png",
      "image/jpeg",
      "text/html",
      "application/octet-stream",
    ]);
    expect(read.responses["304"]).toBeDefined();
  });
});
