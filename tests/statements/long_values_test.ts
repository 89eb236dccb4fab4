/**
 * Values that are too long for where Cassandra keeps them besides their column: in an index, or in the key of a view.
 * Cassandra 5.0 fails with some, and takes others that the view then loses.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { answer, type OwnService, startOwnService } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE notes (id int, part text, word text, tags map<text, text>, found map<text, text>, plain map<text, text>,
  shared map<text, text> STATIC, names set<text>, PRIMARY KEY (id, part));
CREATE INDEX ON notes (entries(tags));
CREATE INDEX ON notes (entries(shared));
CREATE INDEX ON notes (entries(found)) USING 'sai';
CREATE INDEX ON notes (word);
CREATE INDEX ON notes (names);
CREATE TABLE people (id int PRIMARY KEY, email text, city text);
CREATE MATERIALIZED VIEW people_by_email AS SELECT * FROM people
  WHERE email IS NOT NULL AND id IS NOT NULL PRIMARY KEY (email, id);
CREATE TABLE members (id text, part text, email text, city text, PRIMARY KEY (id, part));
CREATE MATERIALIZED VIEW members_by_email AS SELECT * FROM members
  WHERE email IS NOT NULL AND id IS NOT NULL AND part IS NOT NULL PRIMARY KEY ((email, id), part);
CREATE TABLE pairs (a text, b text, n int, PRIMARY KEY ((a, b)));
`;

const write = (name: string, assignment: string) => `
-- name: ${name} :exec
-- @route PUT /${name}
-- @public
UPDATE notes SET ${assignment} WHERE id = 1 AND part = 'p';
`;

const QUERIES = [
  write("set_tags", "tags = :tags"),
  write("add_tags", "tags = tags + :tags"),
  write("drop_tags", "tags = tags - :names"),
  write("set_tag", "tags[:name] = :tag"),
  write("set_found", "found = :found"),
  write("set_plain", "plain = :plain"),
  write("set_word", "word = :word"),
  write("set_names", "names = :names"),
  `
-- name: set_shared :exec
-- @route PUT /set_shared
-- @public
UPDATE notes SET shared = :shared WHERE id = 1;

-- name: load_tags :exec
-- @route POST /load_tags
-- @public
-- @bulk
UPDATE notes SET tags = :tags WHERE id = 1 AND part = 'p';

-- name: drop_tag :exec
-- @route PUT /drop_tag
-- @public
DELETE tags[:name] FROM notes WHERE id = 1 AND part = 'p';

-- name: find_tag :many
-- @route POST /find_tag
-- @public
SELECT id FROM notes WHERE tags[:name] = :tag;

-- name: find_found :many
-- @route POST /find_found
-- @public
SELECT id FROM notes WHERE found[:name] = :tag;

-- name: find_word :many
-- @route POST /find_word
-- @public
SELECT id FROM notes WHERE word = :word;

-- name: set_email :exec
-- @route PUT /set_email
-- @public
-- @param email? in body
UPDATE people SET email = :email, city = 'x' WHERE id = 1;

-- name: set_member :exec
-- @route PUT /set_member
-- @public
-- @param email? in body
UPDATE members SET email = :email, city = 'x' WHERE id = :id AND part = 'p';

-- name: set_new_member :exec
-- @route PUT /set_new_member
-- @public
-- @param note in body as=mail
INSERT INTO members (id, part, email) VALUES (:id, 'p', :note);

-- name: set_city :exec
-- @route PUT /set_city
-- @public
UPDATE members SET city = :city WHERE id = :id AND part = :part;

-- name: load_members :exec
-- @route POST /load_members
-- @public
-- @bulk
INSERT INTO members (id, part, email) VALUES (:id, 'p', :email);

-- name: pairs_after :many
-- @route POST /pairs_after
-- @public
SELECT a, b FROM pairs WHERE token(a, b) > token(:a, :b) LIMIT 1;
`,
].join("");

const LIMIT = 65_535;
const LONG = "x".repeat(LIMIT + 1);
const LONGEST = "x".repeat(LIMIT);
/** Cassandra adds three bytes for each of two parts. */
const TOGETHER = `Expected at most ${LIMIT - 6} bytes together`;
const INDEXED = `Expected at most ${LIMIT} bytes, as the entries of "tags" are indexed`;
const MEMBER = INDEXED.replace("Expected", "Expected members of");

let service: OwnService;
before(async () => {
  service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
});
after(() => service[Symbol.asyncDispose]());

function send(name: string, json: unknown): Promise<[number, unknown]> {
  const method = /^(find|load|pairs)/.test(name) ? "POST" : "PUT";
  return answer(service.request(`/${name}`, { method, json, user: null }));
}

const REFUSED: readonly [what: string, query: string, body: object, errors: [string, string][]][] =
  [
    ["a key of a map", "set_tags", { tags: { [LONG]: "v" } }, [["/body/tags", MEMBER]]],
    ["a value of a map", "set_tags", { tags: { a: "b", k: LONG } }, [["/body/tags", MEMBER]]],
    ["a key that is added", "add_tags", { tags: { [LONG]: "v" } }, [["/body/tags", MEMBER]]],
    ["a key that is removed", "drop_tags", { names: ["a", LONG] }, [["/body/names", MEMBER]]],
    ["the key of an entry", "set_tag", { name: LONG, tag: "v" }, [["/body/name", INDEXED]]],
    ["the value of an entry", "set_tag", { name: "k", tag: LONG }, [["/body/tag", INDEXED]]],
    ["the key of an entry that is deleted", "drop_tag", { name: LONG }, [["/body/name", INDEXED]]],
    ["an entry that is searched for", "find_tag", { name: LONG, tag: LONG }, [
      ["/body/name", INDEXED],
      ["/body/tag", INDEXED],
    ]],
    ["a static map", "set_shared", { shared: { [LONG]: "v" } }, [
      ["/body/shared", MEMBER.replace("tags", "shared")],
    ]],
    ["a map with a storage-attached index", "set_found", { found: { [LONG]: "v" } }, [
      ["/body/found", MEMBER.replace("tags", "found")],
    ]],
    ["an entry of such an index", "find_found", { name: LONG, tag: "v" }, [
      ["/body/name", INDEXED.replace("tags", "found")],
    ]],
    ["a part of the key of a view", "set_email", { email: LONG }, [
      ["/body/email", `Expected at most ${LIMIT} bytes, as it is part of the key of a view`],
    ]],
    ["parts of the key of a view together", "set_member", { id: "i".repeat(200), email: LONGEST }, [
      ["/body/email", `${TOGETHER} with "id", as it is part of the key of a view`],
    ]],
    ["the longer part of them", "set_new_member", {
      id: "i".repeat(40_001),
      mail: "é".repeat(20_000),
    }, [
      ["/body/id", `${TOGETHER} with "mail", as it is part of the key of a view`],
    ]],
    ["a part of a key whose token is taken", "pairs_after", { a: "a", b: LONG }, [
      ["/body/b", `Expected at most ${LIMIT} bytes, as it is part of a key`],
    ]],
  ];

describe("A value that is too long for an index or a key", () => {
  for (const [what, query, body, errors] of REFUSED) {
    it(`is refused: ${what}`, async () => {
      const expected = errors.map(([pointer, detail]) => ({ pointer, detail }));
      expect(await send(query, body)).toEqual([
        422,
        expect.objectContaining({ code: "invalid_input", errors: expected }),
      ]);
    });
  }

  it("is refused as one of many inputs", async () => {
    const lines = [{ tags: { a: "b" } }, { tags: { [LONG]: "v" } }];
    for (const type of ["application/json", "application/x-ndjson"]) {
      const isJson = type === "application/json";
      const body = isJson
        ? JSON.stringify(lines)
        : lines.map((each) => JSON.stringify(each)).join("\n");
      const headers = { "content-type": type };
      const response = await service.request("/load_tags", {
        method: "POST",
        body,
        headers,
        user: null,
      });
      const [failure, summary] = (await response.text()).trim().split("\n").map((line) =>
        JSON.parse(line)
      );
      expect(failure).toMatchObject({
        line: 2,
        code: "invalid_input",
        errors: [{ pointer: "/body/tags", detail: MEMBER }],
      });
      expect(summary).toEqual({ summary: { read: 2, written: 1, failed: 1 } });
    }
  });

  it("is refused as one of many inputs that are too long together with another value", async () => {
    const long = { id: "i", email: "x".repeat(LIMIT - 6) };
    const lines = [{ id: "i", email: "e" }, long].map((each) => JSON.stringify(each)).join("\n");
    const response = await service.request("/load_members", {
      method: "POST",
      body: lines,
      headers: { "content-type": "application/x-ndjson" },
      user: null,
    });
    const [failure, summary] = (await response.text()).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    const detail = `${TOGETHER} with "id", as it is part of the key of a view`;
    expect(failure).toMatchObject({
      line: 2,
      code: "invalid_input",
      errors: [{ pointer: "/body/email", detail }],
    });
    expect(summary).toEqual({ summary: { read: 2, written: 1, failed: 1 } });
  });

  const OF_CASSANDRA: readonly [query: string, body: object][] = [
    ["set_word", { word: LONG }],
    ["set_names", { names: [LONG] }],
    ["set_tags", { tags: { k: "v".repeat(LIMIT) } }],
    ["find_word", { word: LONG }],
  ];
  for (const [query, body] of OF_CASSANDRA) {
    it(`is refused by Cassandra in words that say why: ${query} ${Object.keys(body)}`, async () => {
      expect(await send(query, body)).toEqual([
        422,
        expect.objectContaining({
          code: "invalid_input",
          detail:
            "Cassandra does not accept these values: a value is too long for the index of its column",
        }),
      ]);
    });
  }

  it("is taken where nothing limits it, and at the limit", async () => {
    expect(await send("set_plain", { plain: { [LONG]: LONG } })).toEqual([204, null]);
    expect(await send("set_found", { found: { [LONGEST]: LONGEST } })).toEqual([204, null]);
    expect(await send("set_email", { email: LONGEST })).toEqual([204, null]);
    expect(await send("set_email", { email: null })).toEqual([204, null]);
    // Two parts, and three bytes for each.
    const member = { id: "i".repeat(29), email: "x".repeat(LIMIT - 35) };
    expect(await send("set_member", member)).toEqual([204, null]);
    expect(await send("set_member", { id: LONGEST, email: null })).toEqual([204, null]);
    expect(await send("set_city", { id: LONGEST, part: "p", city: LONGEST })).toEqual([204, null]);
    expect(await send("pairs_after", { a: LONGEST, b: "b" })).toEqual([
      200,
      { items: [], next_cursor: null },
    ]);
  });
});
