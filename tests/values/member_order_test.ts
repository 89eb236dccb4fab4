/**
 * Sets and maps inside tuples and user-defined types, which Cassandra stores as they come and compares member by
 * member: they are sent in the order in which Cassandra stores those that it sorts itself. `FC_SEED` as in
 * `types_property_test.ts`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";
import { createTypes, memberTypes, type Type, typeName } from "./types_arbitrary.ts";
import { type Json, jsonText } from "./value_texts.ts";
import { jsonOf } from "./values_arbitrary.ts";

const SEED = Number(Deno.env.get("FC_SEED") ?? 1);
const ROWS = 25;

/** Values that differ where random ones seldom do. */
const CLOSE: readonly (readonly [type: Type, members: Json[]])[] = [
  ...(["uuid", "timeuuid"] as const).map((kind): [Type, Json[]] => [{ kind }, [
    "00000001-0000-1002-8002-00000000007f",
    "00000001-0000-1002-8002-000000000080",
    "00000001-0000-1002-8002-0000000000ff",
    "00000001-0000-1002-8002-000000000000",
    "00000001-0000-1002-8080-000000000000",
    "00000001-0000-1002-7f02-000000000000",
    "00000001-0000-1002-ff02-000000000000",
    "00000002-0000-1001-8001-000000000000",
    "00000000-0001-1002-8001-000000000000",
  ]]),
  [{ kind: "uuid" }, [
    "ffffffff-0000-4002-8002-000000000000",
    "00000001-0000-1002-8002-000000000000",
    "00000001-0000-f002-8002-000000000000",
    "00000001-0000-0002-8002-000000000000",
    "7fffffff-0000-4002-8002-000000000000",
    "ffffffff-0000-4002-7f02-000000000000",
  ]],
  [{ kind: "double" }, ["NaN", 1, "-Infinity", -1, "Infinity", 0, 5e-324, -5e-324]],
  [{ kind: "float" }, ["NaN", 1, "-Infinity", -1, "Infinity", 0, 0.5, -0.5]],
  [{ kind: "decimal" }, ["1E+1", "-1E+1", "9", "-9", "0.123", "-0.123", "0.12", "-0.12", "0"]],
  [{ kind: "varint" }, ["256", "255", "-256", "-257", "-1", "0", "127", "128", "-128", "-129"]],
  [{ kind: "inet" }, ["255.0.0.1", "1.2.3.4", "102:304::", "::"]],
  [{ kind: "text" }, ["\0", "", "\0\0", "\uffff", "𝒳", "é", "a", "10", "9"]],
  [{ kind: "tuple", of: [{ kind: "text" }, { kind: "int" }] }, [
    [null, null],
    [null, 1],
    ["", null],
    ["", -1],
    ["a", null],
    ["a\0", null],
  ]],
  [{ kind: "list", of: { kind: "text" } }, [["a", ""], [], ["a"], ["a\0"], ["", ""], [""]]],
];
const TYPES = [
  ...CLOSE.map(([type]) => type),
  ...fc.sample(memberTypes, { seed: SEED, numRuns: Number(Deno.env.get("FC_RUNS") ?? 40) }),
];

describe(`sets and maps in tuples (FC_SEED=${SEED})`, () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({
      migration: TYPES.map((type, index) => {
        const member = typeName(type, true);
        const set = `frozen<set<${member}>>`;
        const map = `frozen<map<int, ${set}>>`;
        return `${createTypes(type).join("\n")}
CREATE TABLE t${index} (id int PRIMARY KEY, alone ${set}, mapped ${map},
  inside tuple<${set}, ${map}, frozen<map<${member}, int>>>, keyed frozen<map<${member}, int>>);`;
      }).join("\n"),
      queries: TYPES.map((_, index) => `
-- name: write_${index} :exec
-- @route PUT /${index}/{id}
-- @public
INSERT INTO t${index} (id, alone, mapped, keyed, inside)
VALUES (:id, :alone, :mapped, :keyed, :inside);

-- name: read_${index} :one
-- @route GET /${index}/{id}
-- @public
SELECT toJson(alone) AS alone, toJson(mapped) AS mapped, toJson(keyed) AS keyed,
  toJson(inside) AS inside FROM t${index} WHERE id = :id;
`).join("\n"),
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  for (const [index, type] of TYPES.entries()) {
    it(`are stored in the order of ${typeName(type, true)}, in table ${index}`, async () => {
      const sets = index < CLOSE.length
        ? [CLOSE[index]![1]]
        : fc.sample(jsonOf({ kind: "set", of: type }), { seed: SEED + index, numRuns: ROWS });
      await Promise.all(sets.map(async (json, id) => {
        const alone = json as Json[];
        const mapped = { "1": alone.slice(1), "-1": alone, "10": [] };
        const keyed = Object.fromEntries(
          alone.map((key) => [typeof key === "string" ? key : jsonText(key), 1]),
        );
        await succeed(service.request(`/${index}/${id}`, {
          method: "PUT",
          body: jsonText({ alone, mapped, keyed, inside: [alone, mapped, keyed] }),
          headers: { "content-type": "application/json" },
          user: null,
        }));
        const read = await succeed<Record<string, string>>(
          service.request(`/${index}/${id}`, { user: null }),
        );
        expect(read.inside).toBe(`[${read.alone}, ${read.mapped}, ${read.keyed}]`);
      }));
    });
  }
});

describe("a set or map in a user-defined type", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({
      migration: `
CREATE TYPE profile (tags frozen<set<text>>, scores frozen<map<text, int>>);
CREATE TABLE people (id int PRIMARY KEY, p frozen<profile>, all_of set<frozen<profile>>);
CREATE TABLE by_profile (k frozen<profile> PRIMARY KEY, v int);
INSERT INTO people (id, p) VALUES (1, {tags: {'b', 'a'}, scores: {'9': 2, '10': 1}});
`,
      queries: `
-- @scope stations:write

-- name: get_person :one
-- @route GET /people/{id}
SELECT p, all_of FROM people WHERE id = :id;

-- name: change_person :applied
-- @route PATCH /people/{id}
-- @current p
UPDATE people SET p = :new WHERE id = :id IF p = :old;

-- name: add_profiles :exec
-- @route PUT /people/{id}/profiles
UPDATE people SET all_of = all_of + :added WHERE id = :id;

-- name: remove_profiles :exec
-- @route PATCH /people/{id}/profiles
UPDATE people SET all_of = all_of - :removed WHERE id = :id;

-- name: put_by_profile :exec
-- @route PUT /by-profile
INSERT INTO by_profile (k, v) VALUES (:k, :v);

-- name: get_by_profile :one
-- @route GET /by-profile
SELECT v FROM by_profile WHERE k = :k;
`,
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  const one = { tags: ["b", "a"], scores: { z: 1, y: 2 } };
  const other = { tags: ["a", "b"], scores: { y: 2, z: 1 } };
  const send = (method: string, path: string, body: unknown) =>
    answer(service.request(path, {
      method,
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }));

  it("that was read can be sent back as the condition of a write", async () => {
    const { p } = await succeed<{ p: unknown }>(service.request("/people/1"));
    expect(JSON.stringify(p)).toBe('{"tags":["a","b"],"scores":{"9":2,"10":1}}');
    expect((await send("PATCH", "/people/1", { old: p, new: one }))[0]).toBe(200);
    expect((await send("PATCH", "/people/1", { old: other, new: p }))[0]).toBe(200);
  });

  it("is the same key in any order", async () => {
    expect((await send("PUT", "/by-profile", { k: one, v: 5 }))[0]).toBe(204);
    const k = encodeURIComponent(JSON.stringify(other));
    expect(await answer(service.request(`/by-profile?k=${k}`))).toEqual([200, { v: 5 }]);
  });

  it("is the same member of a set in any order", async () => {
    expect((await send("PUT", "/people/2/profiles", { added: [one] }))[0]).toBe(204);
    expect((await send("PATCH", "/people/2/profiles", { removed: [other] }))[0]).toBe(204);
    expect(await answer(service.request("/people/2"))).toEqual([404, expect.anything()]);
  });
});
