/**
 * Values that no partition key can have: each is a mistake of the value that it stands for, however the statement
 * names the key.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { answer, type OwnService, startOwnService } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE items (id text PRIMARY KEY, v int);
CREATE TABLE logins (kind text, name text, v int, PRIMARY KEY ((kind, name)));
`;

const QUERIES = `
-- name: find_either :many
-- @route POST /either
-- @public
SELECT id, v FROM items WHERE id IN (:a, :b);

-- name: set_both :exec
-- @route PUT /both
-- @public
BEGIN BATCH
  UPDATE items SET v = 1 WHERE id = :a;
  UPDATE items SET v = 2 WHERE id = :b;
APPLY BATCH;

-- name: set_login :exec
-- @route PUT /login
-- @public
UPDATE logins SET v = 1 WHERE kind = 'login' AND name = :name;
`;

const LONG = "x".repeat(65_536);
const TOO_LONG = "Expected at most 65535 bytes, as it is part of the key";
const EMPTY = "Expected at least one byte";

type Case = readonly [what: string, route: string, body: object, errors: Record<string, string>];

const REFUSED: readonly Case[] = [
  ["the first of a list is empty", "POST /either", { a: "", b: "x" }, { "/body/a": EMPTY }],
  ["the last of a list is empty", "POST /either", { a: "x", b: "" }, { "/body/b": EMPTY }],
  ["the first of a list is too long", "POST /either", { a: LONG, b: "x" }, { "/body/a": TOO_LONG }],
  ["several keys of a batch", "PUT /both", { a: "", b: LONG }, {
    "/body/a": EMPTY,
    "/body/b": TOO_LONG,
  }],
  ["it is beside a constant", "PUT /login", { name: LONG }, { "/body/name": TOO_LONG }],
];

describe("A value that no partition key can have", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
  });
  after(() => service?.[Symbol.asyncDispose]());

  const send = (route: string, body: object) => {
    const [method, path] = route.split(" ") as [string, string];
    return answer(service.request(path, { user: null, method, json: body }));
  };

  for (const [what, route, body, errors] of REFUSED) {
    it(`is a mistake of its own parameter: ${what}`, async () => {
      const expected = Object.entries(errors).map(([pointer, detail]) => ({ pointer, detail }));
      expect(await send(route, body)).toEqual([
        422,
        expect.objectContaining({ code: "invalid_input", errors: expected }),
      ]);
    });
  }

  it("is told apart from one that is part of a key of several columns, and may be empty", async () => {
    expect(await send("PUT /login", { name: "" })).toEqual([204, null]);
    expect(await send("PUT /both", { a: "a", b: "b" })).toEqual([204, null]);
    const [status, page] = await send("POST /either", { a: "a", b: "b" });
    expect([status, page]).toEqual([200, {
      items: expect.arrayContaining([{ id: "a", v: 1 }, { id: "b", v: 2 }]),
      next_cursor: null,
    }]);
  });
});
