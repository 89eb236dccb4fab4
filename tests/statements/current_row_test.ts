/**
 * What a write whose condition did not hold tells of the row: the key that the caller sent, and what
 * `@current` names. The right to write a row is no right to read it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { upload } from "../support/clients/bulk_client.ts";
import { inlined } from "../support/clients/openapi_reference.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const HASH = "$2b$12$0123456789";

const CQL = {
  migration: `
CREATE TABLE credentials (email text PRIMARY KEY, hash text, version int, owner text);
CREATE TABLE seats (
  room text, seat int, plan text STATIC, guest text, version int, PRIMARY KEY (room, seat)
);
CREATE TABLE prices (
  shop text, price decimal, tags frozen<set<text>>, code blob, note text, version int,
  PRIMARY KEY (shop, price, tags, code)
);
CREATE TABLE odd (
  id int PRIMARY KEY, legacy 'org.apache.cassandra.db.marshal.LexicalUUIDType', note text
);
`,
  queries: `
-- name: register :applied
-- @route POST /credentials
-- @public
-- @bulk
INSERT INTO credentials (email, hash, version, owner) VALUES (:email, :hash, 1, :owner)
IF NOT EXISTS;

-- name: register_openly :applied
-- @route POST /open-credentials
-- @public
-- @bulk
-- @current owner version
INSERT INTO credentials (email, hash, version, owner) VALUES (:email, :hash, 1, :owner)
IF NOT EXISTS;

-- name: register_json :applied
-- @route POST /json-credentials
-- @public
INSERT INTO credentials JSON :document IF NOT EXISTS;

-- name: change_hash :applied
-- @route PUT /credentials/{email}
-- @public
UPDATE credentials SET hash = :hash WHERE email = :email IF hash = :old_hash AND version = :seen;

-- name: change_hash_openly :applied
-- @route PUT /open-credentials/{email}
-- @public
-- @current version
UPDATE credentials SET hash = :hash WHERE email = :email IF hash = :old_hash AND version = :seen;

-- name: change_root :applied
-- @route PUT /root
-- @public
UPDATE credentials SET hash = :hash WHERE email = 'root@internal' IF version = :seen;

-- name: delete_credentials :applied
-- @route DELETE /credentials/{email}
-- @public
DELETE FROM credentials WHERE email = :email IF owner = :owner;

-- name: close_credentials :applied
-- @route POST /credentials/{email}/closing
-- @public
-- @current owner
DELETE FROM credentials WHERE email IN (:email) IF owner = :owner;

-- name: free_seat :applied
-- @route POST /rooms/{room}/freeing
-- @public
UPDATE seats SET guest = null WHERE room IN (:room) AND (seat) IN ((:seat)) IF EXISTS;

-- name: plan_room :applied
-- @route POST /rooms/{room}
-- @public
INSERT INTO seats (room, plan) VALUES (:room, :plan) IF NOT EXISTS;

-- name: swap_seats :applied
-- @route PUT /rooms/{room}/swap
-- @public
BEGIN BATCH
  UPDATE seats SET guest = :one WHERE room = :room AND seat = :first IF version = :seen;
  UPDATE seats SET guest = :other WHERE room = :room AND (seat) = (:second) IF guest = :other;
  UPDATE seats SET plan = 'swapped' WHERE room = :room;
APPLY BATCH;

-- name: swap_seats_openly :applied
-- @route PUT /rooms/{room}/open-swap
-- @public
-- @current version
BEGIN BATCH
  UPDATE seats SET guest = :one WHERE room = :room AND seat = :first IF version = :seen;
  UPDATE seats SET guest = :other WHERE room = :room AND seat = :second IF guest = :other;
APPLY BATCH;

-- name: plan_and_seat :applied
-- @route PUT /rooms/{room}/plan
-- @public
-- @current plan
BEGIN BATCH
  UPDATE seats SET plan = :plan WHERE room = :room IF plan = :old_plan;
  INSERT INTO seats (room, seat, guest) VALUES (:room, :seat, :guest);
APPLY BATCH;

-- name: mark_prices :applied
-- @route PUT /prices/{shop}
-- @public
-- @current version
-- @param code in body encoding=hex
BEGIN BATCH
  UPDATE prices SET note = :note
   WHERE shop = :shop AND price = :first AND tags = :tags AND code = :code IF version = :seen;
  UPDATE prices SET note = :note
   WHERE shop = :shop AND price = :second AND tags = :tags AND code = :code IF version = :seen;
APPLY BATCH;

-- name: mark_price :applied
-- @route PUT /prices/{shop}/{price}
-- @public
-- @param seen in if-match
BEGIN BATCH
  UPDATE prices SET note = :note
   WHERE shop = :shop AND price = :price AND tags = :tags AND code = 0xff
      IF version = :seen AND note = :was;
APPLY BATCH;

-- name: change_odd :applied
-- @route PUT /odd/{id}
-- @public
-- @current note
UPDATE odd SET note = :note WHERE id = :id IF note = :was;

-- name: add_odd :applied
-- @route POST /odd
-- @public
-- @current note
INSERT INTO odd (id, note) VALUES (:id, :note) IF NOT EXISTS;

-- name: change_empty_odd :applied
-- @route PUT /odd/{id}/empty
-- @public
UPDATE odd SET note = :note WHERE id = :id IF legacy = null;
`,
};
let service: OwnService;
before(async () => {
  service = await startOwnService(CQL);
  const rows = [
    `INSERT INTO credentials (email, hash, version, owner) VALUES ('a@b', '${HASH}', 7, 'ann')`,
    `INSERT INTO credentials (email, hash, version) VALUES ('root@internal', '${HASH}', 7)`,
    `INSERT INTO seats (room, seat, plan, guest, version) VALUES ('r', 1, '${HASH}', '${HASH}', 7)`,
    `INSERT INTO seats (room, seat, guest, version) VALUES ('r', 2, '${HASH}', 8)`,
    `INSERT INTO prices (shop, price, tags, code, note, version)
     VALUES ('s', 1.00, {'a', 'b'}, 0xff, 'n', 7)`,
    `INSERT INTO odd (id, legacy, note) VALUES (1, '00000000-0000-4000-8000-000000000000', 'old')`,
  ];
  for (const row of rows) await service.client.execute(row);
});
after(() => service?.[Symbol.asyncDispose]());

/** The status and `current` of a refusal, which shows nothing that only readers may see. */
async function refusal(method: string, path: string, json: unknown) {
  const request = { method, user: null, ...(method === "DELETE" ? {} : { json }) };
  const problem = await problemOf(await service.request(path, request));
  expect(JSON.stringify(problem)).not.toContain(HASH);
  return [problem.status, problem.current];
}

describe("A condition that did not hold", () => {
  const mine = { email: "a@b", hash: "mine", owner: "eve" };

  it("shows the key that the caller sent, and nothing of another's row", async () => {
    expect(await refusal("POST", "/credentials", mine)).toEqual([409, { email: "a@b" }]);
    const change = { hash: "mine", old_hash: "guess", seen: 7 };
    expect(await refusal("PUT", "/credentials/a%40b", change)).toEqual([409, { email: "a@b" }]);
    expect(await refusal("DELETE", "/credentials/a%40b?owner=eve", null))
      .toEqual([409, { email: "a@b" }]);
  });

  it("shows the key if it is the only one of a written list", async () => {
    expect(await refusal("POST", "/credentials/a%40b/closing", { owner: "eve" }))
      .toEqual([409, { email: "a@b", owner: "ann" }]);
    // "IF EXISTS" does not hold: there is no row, and the answer is 404 without a current one.
    expect(await refusal("POST", "/rooms/r/freeing", { seat: 99 })).toEqual([404, undefined]);
  });

  it("does not tell a row that is not there from one that is another's", async () => {
    const change = { hash: "mine", old_hash: "guess", seen: 7 };
    expect(await refusal("PUT", "/credentials/nobody", change)).toEqual([409, { email: "nobody" }]);
    expect(await refusal("DELETE", "/credentials/nobody?owner=eve", null))
      .toEqual([409, { email: "nobody" }]);
  });

  it("shows no key that the statement has and the caller did not send", async () => {
    expect(await refusal("PUT", "/root", { hash: "mine", seen: 1 })).toEqual([409, {}]);
    const document = { email: "a@b", hash: "mine" };
    expect(await refusal("POST", "/json-credentials", { document: JSON.stringify(document) }))
      .toEqual([409, {}]);
    // Cassandra answers with the first row of the partition, whose seat nobody asked for.
    expect(await refusal("POST", "/rooms/r", { plan: "mine" })).toEqual([409, { room: "r" }]);
  });

  it("shows the columns that @current names, and no others", async () => {
    expect(await refusal("POST", "/open-credentials", mine))
      .toEqual([409, { email: "a@b", owner: "ann", version: 7 }]);
    const change = { hash: "mine", old_hash: "guess", seen: 1 };
    expect(await refusal("PUT", "/open-credentials/a%40b", change))
      .toEqual([409, { email: "a@b", version: 7 }]);
    expect(await refusal("PUT", "/open-credentials/nobody", change)).toEqual([409, null]);
  });

  it("shows of a batch the keys of the rows that its conditions are about", async () => {
    const swap = { one: "x", other: "y", first: 1, second: 2, seen: 0 };
    const [status, current] = await refusal("PUT", "/rooms/r/swap", swap);
    expect(status).toBe(409);
    expect(current).toEqual([{ room: "r", seat: 1 }, { room: "r", seat: 2 }]);
    // The same if there is no such row.
    expect(await refusal("PUT", "/rooms/none/swap", swap))
      .toEqual([409, [{ room: "none", seat: 1 }, { room: "none", seat: 2 }]]);
  });

  it("shows of a batch the columns that @current names, of the rows that are there", async () => {
    const swap = { one: "x", other: "y", first: 1, second: 2, seen: 0 };
    expect(await refusal("PUT", "/rooms/r/open-swap", swap)).toEqual([409, [
      { room: "r", seat: 1, version: 7 },
      { room: "r", seat: 2, version: 8 },
    ]]);
    expect(await refusal("PUT", "/rooms/r/open-swap", { ...swap, second: 3 }))
      .toEqual([409, [{ room: "r", seat: 1, version: 7 }]]);
  });

  it("shows no row of a batch that only shares its partition", async () => {
    await service.client.execute(
      "INSERT INTO seats (room, seat, plan) VALUES ('open', 77, 'old plan')",
    );
    const plan = { plan: "new", old_plan: "guess", seat: 1, guest: "x" };
    expect(await refusal("PUT", "/rooms/open/plan", plan))
      .toEqual([409, [{ room: "open", plan: "old plan" }]]);
  });

  it("shows the key of a row that is stored in other words, or sent in another encoding", async () => {
    const marks = { note: "x", tags: ["b", "a"], code: "ff", seen: 1 };
    expect(await refusal("PUT", "/prices/s", { ...marks, first: "1.0", second: "2" }))
      .toEqual([409, [{ shop: "s", price: "1.0", tags: ["a", "b"], code: "ff", version: 7 }]]);
  });

  it("does not take such a row for one whose tag has changed", async () => {
    const mark = async (price: string, seen: number) => {
      const response = await service.request(`/prices/s/${price}`, {
        method: "PUT",
        user: null,
        headers: { "if-match": `"${seen}"` },
        json: { note: "x", tags: ["b", "a"], was: "other" },
      });
      return [response.status, (await response.json()).code];
    };
    expect(await mark("1.0", 7)).toEqual([409, "not_applied"]);
    expect(await mark("1.0", 6)).toEqual([412, "precondition_failed"]);
    expect(await mark("3", 7)).toEqual([412, "precondition_failed"]);
  });

  it("passes over a column whose type has no JSON form", async () => {
    expect(await refusal("PUT", "/odd/1", { note: "new", was: "other" }))
      .toEqual([409, { id: 1, note: "old" }]);
    expect(await refusal("POST", "/odd", { id: 1, note: "new" }))
      .toEqual([409, { id: 1, note: "old" }]);
    expect(await refusal("PUT", "/odd/1/empty", { note: "new" })).toEqual([409, { id: 1 }]);
    await succeed(service.request("/odd/1", {
      method: "PUT",
      user: null,
      json: { note: "new", was: "old" },
    }));
  });

  it("says the same in the report of an upload", async () => {
    const body = `${JSON.stringify(mine)}\n`;
    const closed = await upload(service, "/credentials", { body });
    expect(closed.failures).toMatchObject([{ line: 1, code: "not_applied" }]);
    expect(closed.failures[0]!.current).toEqual({ email: "a@b" });
    const open = await upload(service, "/open-credentials", { body });
    expect(open.failures[0]!.current).toEqual({ email: "a@b", owner: "ann", version: 7 });
  });
});

describe("The document", () => {
  type Schema = { allOf: [unknown, { properties: { current: Described } }] };
  interface Described {
    readonly type: string | string[];
    readonly properties?: Record<string, { type: string | string[] }>;
    readonly required?: string[];
    readonly items?: Described;
    readonly anyOf?: Described[];
  }

  async function describedAt(path: string, method: string): Promise<Described> {
    const { paths } = inlined(
      await succeed<{
        paths: Record<
          string,
          Record<
            string,
            { responses: Record<string, { content: Record<string, { schema: Schema }> }> }
          >
        >;
      }>(service.request("/openapi.json", { user: null })),
    );
    const { schema } = paths[path]![method]!.responses["409"]!.content["application/problem+json"]!;
    return schema.allOf[1].properties.current;
  }

  it("describes what is shown, and nothing else", async () => {
    const closed = await describedAt("/credentials", "post");
    expect([closed.type, Object.keys(closed.properties!)]).toEqual(["object", ["email"]]);
    const open = await describedAt("/open-credentials", "post");
    const [row, nothing] = open.anyOf!;
    expect([row!.type, nothing!.type]).toEqual(["object", "null"]);
    expect(Object.entries(row!.properties!).map(([name, { type }]) => [name, type])).toEqual([
      ["email", "string"],
      ["owner", ["string", "null"]],
      ["version", ["integer", "null"]],
    ]);
  });

  it("describes the rows of a batch as a list", async () => {
    const closed = await describedAt("/rooms/{room}/swap", "put");
    expect([closed.type, Object.keys(closed.items!.properties!)])
      .toEqual(["array", ["room", "seat"]]);
    const open = await describedAt("/rooms/{room}/plan", "put");
    expect(Object.keys(open.items!.properties!)).toEqual(["room", "plan"]);
  });
});
