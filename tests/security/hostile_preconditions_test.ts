/**
 * `If-Match` and `If-None-Match` as bytes on the wire: whatever stands there, a write is made only where
 * the precondition was understood, was checked and held.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { codeOf, sendRaw } from "../support/clients/raw_http.ts";
import { type AttackedService, startAttackedService } from "./attacked_service.ts";

/** Values that a tag has, by the type of its column. */
const TAGS: Readonly<Record<string, string>> = {
  int: "1",
  smallint: "-1",
  bigint: "9007199254740993",
  uuid: "c59cadbc-043d-436d-b8f6-3356f372fce6",
  timestamp: "2010-01-01T00:00:00.000Z",
};

const CQL = {
  migration: `
CREATE TABLE items (id text PRIMARY KEY, name text);
${
    Object.keys(TAGS).map((type) =>
      `CREATE TABLE ${type}_items (id text PRIMARY KEY, name text, tag ${type});`
    ).join("\n")
  }`,
  queries: `
-- name: put_item :exec
-- @route PUT /items/{id}
-- @public
INSERT INTO items (id, name) VALUES (:id, :name);

-- name: delete_item :exec
-- @route DELETE /items/{id}
-- @public
DELETE FROM items WHERE id = :id;

-- name: load_items :exec
-- @route POST /items
-- @public
-- @bulk
INSERT INTO items (id, name) VALUES (:id, :name);

-- name: guess_item :applied
-- @route PATCH /items/{id}
-- @public
UPDATE items SET name = :name WHERE id = :id IF name = :old_name;

-- name: create_item :applied
-- @route POST /items/new
-- @public
INSERT INTO items (id, name) VALUES (:id, :name) IF NOT EXISTS;

-- name: rename_item :applied
-- @route POST /items/{id}/rename
-- @public
UPDATE items SET name = :name WHERE id = :id IF EXISTS;
${
    Object.keys(TAGS).map((type) => `
-- name: change_${type} :applied
-- @route PUT /${type}/{id}
-- @public
-- @param tag in if-match
UPDATE ${type}_items SET name = :name WHERE id = :id IF tag = :tag;
`).join("")
  }`,
};

let service: AttackedService;
before(async () => {
  service = await startAttackedService(CQL);
});
after(() => service?.[Symbol.asyncDispose]());

async function send(method: string, path: string, headers: readonly string[], json: unknown) {
  const body = method === "DELETE" ? "" : JSON.stringify(json);
  const all = ["Content-Type: application/json", `Content-Length: ${body.length}`, ...headers];
  const response = await sendRaw(service.url, { method, path, headers: all, body });
  return { status: response.status, code: codeOf(response) };
}

async function namesIn(table: string): Promise<string[]> {
  const { rows } = await service.client.execute(`SELECT id, name FROM ${table}`);
  return rows.map(({ id, name }) => `${id} ${name}`).sort();
}

/** What stands after `If-Match:` and `If-None-Match:`. */
const VALUES = [
  ...["", " ", ",", ",,", '"', '""', '"1"', "1", "'1'", "W/", 'w/"1"', 'W/"1"', '"1', '1"'],
  ...['"1","2"', '"1" "2"', '"1";q=1', "**", "* ", ", *", '*, "1"', '"1", *', '"*"', "W/*", "%2A"],
  ...['"a\tb"', '"\xe9"', "\xff", '"\\"1\\""', '"1"\t', "null", "undefined", "[object Object]"],
  ...[`"${"x".repeat(8_000)}"`, '"1",'.repeat(2_000)],
];

/** Writes that have no tag to compare with, and the precondition that they check, if any. */
const WRITES: readonly [method: string, path: string, json: unknown, checked: string][] = [
  ["PUT", "/items/kept", { name: "new" }, ""],
  ["PUT", "/items/fresh", { name: "new" }, ""],
  ["DELETE", "/items/kept", null, ""],
  ["POST", "/items", { id: "kept", name: "new" }, ""],
  ["POST", "/items", [{ id: "kept", name: "new" }, { id: "fresh", name: "new" }], ""],
  ["PATCH", "/items/kept", { name: "new", old_name: "old" }, ""],
  ["POST", "/items/new", { id: "fresh", name: "new" }, "If-None-Match"],
  ["POST", "/items/kept/rename", { name: "new" }, "If-Match"],
];

describe("A write without a tag", () => {
  before(() => service.client.execute("INSERT INTO items (id, name) VALUES ('kept', 'old')"));
  after(() => service.client.execute("TRUNCATE items"));

  for (const [method, path, json, checked] of WRITES) {
    const kind = Array.isArray(json) ? " with many inputs" : "";
    it(`is not made under a precondition that it cannot check: ${method} ${path}${kind}`, async () => {
      const isChecked = (line: string) =>
        line.trim().toLowerCase() === `${checked}: *`.toLowerCase();
      const attempts = [...VALUES, "*"].flatMap((value) => [
        [`If-Match: ${value}`],
        [`If-None-Match: ${value}`],
        [`if-match: ${value}`, `IF-NONE-MATCH: ${value}`],
        ...checked === "" ? [] : [[`${checked}: *`, `${checked}: ${value}`]],
      ]).filter((lines) => lines.length > 1 || !lines.every(isChecked));
      await service.withstand(() =>
        Promise.all(attempts.map(async (headers) => {
          const { status, code } = await send(method, path, headers, json);
          expect([headers, status, code]).toEqual([headers, 400, "unsupported_precondition"]);
        }))
      );
      expect(await namesIn("items")).toEqual(["kept old"]);
    });
  }
});

describe("A tag", () => {
  for (const [type, tag] of Object.entries(TAGS)) {
    it(`of ${type} is the row's to the last character, or none of it`, async () => {
      const table = `${type}_items`;
      const literal = type === "timestamp" ? `'${tag}'` : tag;
      await service.client.execute(
        `INSERT INTO ${table} (id, name, tag) VALUES ('a', 'old', ${literal})`,
      );
      const overflow = BigInt(tag.replace(/\D/g, "")) + 2n ** 64n;
      const OTHERS = [
        ...VALUES.filter((value) => value !== '"1"' && value.trim() !== '"1"'),
        ...[tag, `'${tag}'`, `W/"${tag}"`, `" ${tag}"`, `"${tag} "`, `"+${tag}"`, `"${tag}.0"`],
        ...[`"0${tag}"`, `"${tag}e0"`, `"${tag}","${tag}"`, `"${tag}", W/"${tag}"`, `"${tag}n"`],
        ...[`"${tag.toUpperCase()}x"`, `"{${tag}}"`, `"${overflow}"`, `"${tag}\\"`, `"--${tag}"`],
        ...type === "uuid" ? [`"${tag.toUpperCase()}"`, `"${tag.replaceAll("-", "")}"`] : [],
        ...type === "timestamp"
          ? ['"2010-01-01T00:00:00Z"', '"2010-01-01T01:00:00.000+01:00"', '"1262304000000"']
          : [],
        ...type === "bigint" ? ['"9007199254740992"', '"9007199254740994"'] : [],
      ];
      await service.withstand(async () => {
        const answers = await Promise.all(OTHERS.map(async (value) => {
          const { status } = await send("PUT", `/${type}/a`, [`If-Match: ${value}`], {
            name: "new",
          });
          return [value, status];
        }));
        expect(answers.filter(([, status]) => status !== 400 && status !== 412)).toEqual([]);
      });
      const twice = [`If-Match: "${tag}"`, `If-Match: "${tag}"`];
      const json = { name: "new" };
      expect((await send("PUT", `/${type}/a`, twice, json)).status).toBe(400);
      expect((await send("PUT", `/${type}/a`, [], json)).status).toBe(428);
      expect((await send("PUT", `/${type}/a`, [`If-Unmodified-Since: ${tag}`], json)).status)
        .toBe(428);
      expect((await send("PUT", `/${type}/a`, [`X-If-Match: "${tag}"`], json)).status).toBe(428);
      expect(await namesIn(table)).toEqual(["a old"]);
      expect((await send("PUT", `/${type}/a`, [`If-Match:"${tag}"`], json)).status).toBe(200);
      expect(await namesIn(table)).toEqual(["a new"]);
    });
  }
});
