/**
 * `If-Match` and `If-None-Match` (RFC 9110, section 13): what a route cannot check is refused before
 * anything is written, and 412 is the answer where the precondition is what failed.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { upload } from "../support/clients/bulk_client.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE items (id text PRIMARY KEY, name text, version int, owner text);
CREATE TABLE parts (item text, part int, version int, note text, PRIMARY KEY (item, part));
`,
  queries: `
-- name: get_item :one
-- @route GET /items/{id}
-- @public
-- @etag version
SELECT name, version FROM items WHERE id = :id;

-- name: find_item :one
-- @route POST /items/find
-- @public
-- @etag version
SELECT name, version FROM items WHERE id = :id;

-- name: list_items :many
-- @route GET /items
-- @public
SELECT id FROM items;

-- name: get_name :one
-- @route GET /items/{id}/name
-- @public
SELECT name FROM items WHERE id = :id;

-- name: put_item :exec
-- @route PUT /items/{id}
-- @public
UPDATE items SET name = :name WHERE id = :id;

-- name: drop_item :exec
-- @route DELETE /items/{id}
-- @public
DELETE FROM items WHERE id = :id;

-- name: create_item :applied
-- @route POST /items
-- @public
INSERT INTO items (id, name) VALUES (:id, :name) IF NOT EXISTS;

-- name: rename_item :applied
-- @route PUT /items/{id}/name
-- @public
UPDATE items SET name = :name WHERE id = :id IF EXISTS;

-- name: remove_item :applied
-- @route DELETE /items/{id}/all
-- @public
DELETE FROM items WHERE id = :id IF EXISTS;

-- name: guess_name :applied
-- @route PUT /items/{id}/guess
-- @public
UPDATE items SET name = :name WHERE id = :id IF name = :old_name;

-- name: change_own :applied
-- @route PATCH /items/{id}
-- @public
-- @param version in if-match
UPDATE items SET name = :name, version = 2 WHERE id = :id IF owner = :owner AND version = :version;

-- name: change_part :applied
-- @route PATCH /parts/{item}/{part}
-- @public
-- @param version in if-match
BEGIN BATCH
  UPDATE parts SET note = :note WHERE item = :item AND part = :part IF version = :version;
  UPDATE parts SET note = :note WHERE item = :item AND part = 0 IF note = :old_note;
APPLY BATCH;

-- name: load_items :exec
-- @route POST /load
-- @public
-- @bulk
INSERT INTO items (id, name) VALUES (:id, :name);

-- name: load_new_items :applied
-- @route POST /load-new
-- @public
-- @bulk
INSERT INTO items (id, name) VALUES (:id, :name) IF NOT EXISTS;
`,
};

let service: OwnService;
before(async () => {
  service = await startOwnService(CQL);
});
after(() => service?.[Symbol.asyncDispose]());

type Headers = Record<string, string>;

async function send(method: string, path: string, headers: Headers, json?: unknown) {
  const options = { method, user: null, headers };
  const response = await service.request(path, json === undefined ? options : { ...options, json });
  if (response.ok || response.status === 304) {
    await response.body?.cancel();
    return [response.status];
  }
  const { status, code } = await problemOf(response);
  return [status, code];
}

async function store(id: string, columns: Record<string, unknown> = {}): Promise<void> {
  const row = { name: "old", version: 1, owner: "ann", ...columns };
  const cql = "INSERT INTO items (id, name, version, owner) VALUES (?, ?, ?, ?)";
  const values = [id, row.name, row.version, row.owner];
  await service.client.execute(cql, values, { prepare: true });
}

/** The part of the tag after the version. */
async function digestOf(path: string): Promise<string> {
  const response = await service.request(path, { method: "HEAD", user: null });
  const [, digest = ""] = /^"\d+;([\w-]{12})"$/.exec(response.headers.get("etag") ?? "") ?? [];
  return digest;
}

async function nameOf(id: string): Promise<unknown> {
  const { rows } = await service.client.execute("SELECT name FROM items WHERE id = ?", [id]);
  return rows[0]?.name ?? null;
}

const UNSUPPORTED = [400, "unsupported_precondition"];
const FAILED = [412, "precondition_failed"];

describe("A precondition that the route cannot check", () => {
  const TAGS: Headers[] = [
    { "if-match": '"1"' },
    { "if-match": '"0"' },
    { "if-match": '"0", "1"' },
    { "if-match": "" },
    { "if-none-match": '"0"' },
  ];
  const ANY: Headers[] = [{ "if-match": "*" }, { "if-none-match": "*" }];
  const both = { "if-match": "*", "if-none-match": "*" };
  const WRITES: [method: string, path: string, headers: Headers[], json?: unknown][] = [
    ["PUT", "/items/kept", [...TAGS, ...ANY], { name: "new" }],
    ["DELETE", "/items/kept", [...TAGS, ...ANY]],
    ["PUT", "/items/kept/guess", [...TAGS, ...ANY], { name: "new", old_name: "old" }],
    ["PUT", "/items/kept/name", [...TAGS, { "if-none-match": "*" }, both], { name: "new" }],
    ["DELETE", "/items/kept/all", [...TAGS, { "if-none-match": "*" }, both]],
    ["POST", "/items", [...TAGS, { "if-match": "*" }, both], { id: "fresh", name: "new" }],
    ["POST", "/load", [...TAGS, ...ANY], { id: "kept", name: "new" }],
    ["POST", "/load", [...TAGS, ...ANY], [{ id: "kept", name: "new" }]],
    ["POST", "/load-new", [...TAGS, { "if-match": "*" }], [{ id: "fresh", name: "new" }]],
    [
      "PATCH",
      "/items/kept",
      [{ "if-match": "*" }, { "if-match": '"1", "2"' }, {
        "if-match": '"1"',
        "if-none-match": "*",
      }],
      { name: "new", owner: "ann" },
    ],
  ];
  for (const [method, path, all, json] of WRITES) {
    for (const headers of all) {
      const kind = Array.isArray(json) ? " with many inputs" : "";
      it(`is refused at ${method} ${path}${kind}: ${JSON.stringify(headers)}`, async () => {
        await store("kept");
        expect(await send(method, path, headers, json)).toEqual(UNSUPPORTED);
        expect([await nameOf("kept"), await nameOf("fresh")]).toEqual(["old", null]);
      });
    }
  }

  it("is refused for an upload before its first line is written", async () => {
    const response = await service.request("/load", {
      method: "POST",
      user: null,
      headers: { "content-type": "application/x-ndjson", "if-match": '"1"' },
      body: `${JSON.stringify({ id: "fresh", name: "new" })}\n`,
    });
    const { status, code } = await problemOf(response);
    expect([[status, code], await nameOf("fresh")]).toEqual([UNSUPPORTED, null]);
  });

  it("is refused for a read too, where no tag is there to compare with", async () => {
    await store("kept");
    const tag = { "if-match": '"1"' };
    expect(await send("GET", "/items/kept/name", tag)).toEqual(UNSUPPORTED);
    expect(await send("GET", "/items", tag)).toEqual(UNSUPPORTED);
  });

  it("comes after whatever else is wrong with the request", async () => {
    const tag = { "if-match": '"1"' };
    expect(await send("PUT", "/items/kept", tag, { nme: "new" })).toEqual([422, "invalid_input"]);
    expect(await send("POST", "/items/kept", tag, {})).toEqual([405, "method_not_allowed"]);
  });
});

describe("Headers that have no meaning if nothing has a date or ranges", () => {
  const date = "Mon, 01 Jan 2001 00:00:00 GMT";
  for (const header of ["if-unmodified-since", "if-modified-since", "if-range"]) {
    it(`are ignored: ${header}`, async () => {
      await store("dated");
      expect(await send("GET", "/items/dated", { [header]: date })).toEqual([200]);
      expect(await send("PUT", "/items/dated", { [header]: date }, { name: "new" })).toEqual([204]);
      expect(await nameOf("dated")).toBe("new");
    });
  }
});

describe("IF NOT EXISTS", () => {
  it("is what If-None-Match: * asks for", async () => {
    await store("taken");
    const json = (id: string) => ({ id, name: "new" });
    expect(await send("POST", "/items", { "if-none-match": "*" }, json("free"))).toEqual([201]);
    expect(await send("POST", "/items", { "if-none-match": " * " }, json("taken"))).toEqual(FAILED);
    expect(await send("POST", "/items", {}, json("taken"))).toEqual([409, "not_applied"]);
    expect(await nameOf("taken")).toBe("old");
  });

  it("says so in the report of an upload", async () => {
    await store("taken");
    const lines = ["taken", "other"].map((id) => JSON.stringify({ id, name: "new" })).join("\n");
    const plain = await upload(service, "/load-new", { body: lines });
    expect(plain.failures).toMatchObject([{ line: 1, code: "not_applied" }]);
    const response = await service.request("/load-new", {
      method: "POST",
      user: null,
      headers: { "content-type": "application/x-ndjson", "if-none-match": "*" },
      body: lines,
    });
    const report = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
    expect(report.slice(0, 2).map(({ code }) => code)).toEqual([
      "precondition_failed",
      "precondition_failed",
    ]);
  });
});

describe("IF EXISTS", () => {
  it("is what If-Match: * asks for", async () => {
    await store("there");
    const any = { "if-match": "*" };
    expect(await send("PUT", "/items/there/name", any, { name: "new" })).toEqual([200]);
    expect(await send("PUT", "/items/gone/name", any, { name: "new" })).toEqual(FAILED);
    expect(await send("DELETE", "/items/gone/all", any)).toEqual(FAILED);
    expect(await send("DELETE", "/items/there/all", any)).toEqual([200]);
  });

  it("is 404 without that if there is no row", async () => {
    expect(await send("PUT", "/items/gone/name", {}, { name: "new" })).toEqual([404, "not_found"]);
    expect(await send("DELETE", "/items/gone/all", {})).toEqual([404, "not_found"]);
    expect(await nameOf("gone")).toBeNull();
  });
});

describe("A tag beside other conditions", () => {
  const patch = (tag: string, owner: string, id = "own") =>
    send("PATCH", `/items/${id}`, { "if-match": tag }, { name: "new", owner });

  it("is 412 where the tag is what failed, else 409", async () => {
    await store("own");
    expect(await patch('"1"', "eve")).toEqual([409, "not_applied"]);
    expect(await patch('"7"', "ann")).toEqual(FAILED);
    expect(await patch('"7"', "eve")).toEqual(FAILED);
    expect(await patch('"1"', "ann", "nobody")).toEqual(FAILED);
    expect(await nameOf("own")).toBe("old");
    expect(await patch('"1"', "ann")).toEqual([200]);
  });

  it("may have the digest of any read", async () => {
    const digest = "AAAAAAAAAA-_";
    await store("own");
    for (
      const [tag, owner, expected] of [
        [`"1;${digest}"`, "eve", [409, "not_applied"]],
        [`"7;${digest}"`, "ann", FAILED],
        [`W/"1;${digest}"`, "ann", FAILED],
        [`"1;${digest};${digest}"`, "ann", FAILED],
        [`"01;${digest}"`, "ann", FAILED],
        [`";${digest}"`, "ann", FAILED],
        ['"1;"', "ann", FAILED],
        ['"1;AAAAAAAAAA-"', "ann", FAILED],
        ['"1;AAAAAAAAAA-_A"', "ann", FAILED],
        ['"1;AAAAAAAAAA-."', "ann", FAILED],
      ] as const
    ) {
      expect([tag, ...await patch(tag, owner)]).toEqual([tag, ...expected]);
    }
    expect(await nameOf("own")).toBe("old");
    expect(await patch(`"1;${digest}"`, "ann")).toEqual([200]);
    await store("own");
    expect(await patch(`"1;${await digestOf("/items/own")}"`, "ann")).toEqual([200]);
  });

  it("is 412 where the column of the tag is null", async () => {
    await store("untagged", { version: null });
    expect(await patch('"1"', "ann", "untagged")).toEqual(FAILED);
  });

  it("is looked for in the row of its own condition, in a batch", async () => {
    const insert = "INSERT INTO parts (item, part, version, note) VALUES (?, ?, ?, ?)";
    for (const [part, version] of [[0, 5], [1, 6], [2, 7]]) {
      await service.client.execute(insert, ["x", part, version, "old"], { prepare: true });
    }
    const change = (part: number, tag: string, old_note: string) =>
      send("PATCH", `/parts/x/${part}`, { "if-match": tag }, { note: "new", old_note });
    expect(await change(1, '"6"', "guess")).toEqual([409, "not_applied"]);
    // Another row of the batch has that version.
    expect(await change(1, '"5"', "old")).toEqual(FAILED);
    expect(await change(3, '"6"', "old")).toEqual(FAILED);
    expect(await change(1, '"6"', "old")).toEqual([200]);
  });
});

describe("A read with @etag", () => {
  /** With D in place of the digest. */
  const MATCHES: [header: string, status: number][] = [
    ['"1;D"', 200],
    ['"0;D", "1;D"', 200],
    ['"1"', 200],
    ['"0", "1"', 200],
    ["*", 200],
    ['"0;D"', 412],
    ['W/"1;D"', 412],
    ['"1;AAAAAAAAAAAA"', 412],
    ['"1;D;D"', 412],
    ['"1;"', 412],
    ['"D"', 412],
    ['"0"', 412],
    ['W/"1"', 412],
    ['"01"', 412],
    ["1", 400],
  ];
  for (const [header, status] of MATCHES) {
    it(`answers ${status} to If-Match: ${header}`, async () => {
      await store("read");
      const sent = header.replaceAll("D", await digestOf("/items/read"));
      const [answered] = await send("GET", "/items/read", { "if-match": sent });
      expect(answered).toBe(status);
    });
  }

  it("looks at If-Match before If-None-Match", async () => {
    await store("read");
    const none = `"1;${await digestOf("/items/read")}"`;
    const tags = (match: string) => ({ "if-match": match, "if-none-match": none });
    expect(await send("GET", "/items/read", tags('"0"'))).toEqual(FAILED);
    expect(await send("GET", "/items/read", tags('"1"'))).toEqual([304]);
  });

  it("is 404 if there is no row, whatever the precondition", async () => {
    expect(await send("GET", "/items/gone", { "if-match": '"1"' })).toEqual([404, "not_found"]);
    expect(await send("GET", "/items/gone", { "if-none-match": "*" })).toEqual([404, "not_found"]);
  });

  it("at POST cannot be 304", async () => {
    await store("read");
    const find = (tag: string) =>
      send("POST", "/items/find", { "if-none-match": tag }, { id: "read" });
    const found = await service.request("/items/find", {
      method: "POST",
      user: null,
      json: { id: "read" },
    });
    await found.body?.cancel();
    const tag = found.headers.get("etag")!;
    expect(await find(tag)).toEqual(FAILED);
    expect(await find(tag.replace("1", "2"))).toEqual([200]);
  });
});

describe("The OpenAPI document", () => {
  it("has 304 where a read can answer it", async () => {
    const { paths } = await succeed<
      { paths: Record<string, Record<string, { responses: Record<string, unknown> }>> }
    >(service.request("/openapi.json", { user: null }));
    const statusesAt = (method: string, path: string) =>
      Object.keys(paths[path]![method]!.responses).filter((status) => /^(2|304|412)/.test(status));
    expect(statusesAt("get", "/items/{id}")).toEqual(["200", "304", "412"]);
    expect(statusesAt("post", "/items/find")).toEqual(["200", "412"]);
    expect(statusesAt("get", "/items/{id}/name")).toEqual(["200"]);
  });

  it("describes the preconditions that a route checks, and no others", async () => {
    interface Parameter {
      readonly in: string;
      readonly name: string;
      readonly required?: boolean;
    }
    const { paths } = await succeed<
      { paths: Record<string, Record<string, { parameters?: Parameter[] }>> }
    >(service.request("/openapi.json", { user: null }));
    const headersAt = (method: string, path: string) =>
      (paths[path]![method]!.parameters ?? []).filter((each) => each.in === "header")
        .map(({ name, required }) => required ? `${name}!` : name);
    expect(headersAt("get", "/items/{id}")).toEqual(["If-Match", "If-None-Match"]);
    expect(headersAt("post", "/items/find")).toEqual(["If-Match", "If-None-Match"]);
    expect(headersAt("patch", "/items/{id}")).toEqual(["If-Match!"]);
    expect(headersAt("put", "/items/{id}/name")).toEqual(["If-Match"]);
    expect(headersAt("delete", "/items/{id}/all")).toEqual(["If-Match"]);
    expect(headersAt("post", "/items")).toEqual(["If-None-Match"]);
    expect(headersAt("post", "/load-new")).toEqual(["If-None-Match"]);
    for (
      const [method, path] of [
        ["get", "/items/{id}/name"],
        ["put", "/items/{id}"],
        ["put", "/items/{id}/guess"],
        ["post", "/load"],
      ] as const
    ) {
      expect(headersAt(method, path)).toEqual([]);
    }
  });
});
