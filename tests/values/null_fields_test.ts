/**
 * Null for a part of what a statement makes of its markers: fields of user-defined types and members of tuples take it,
 * as where the whole value is bound; elements of vectors do not.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TYPE place (street text, zip int);
CREATE TABLE people (id int PRIMARY KEY, home place, work frozen<place>, pair tuple<int, text>,
  spot vector<float, 2>);
`,
  queries: `
-- @scope stations:write

-- name: get_person :one
-- @route GET /people/{id}
SELECT home, work, pair FROM people WHERE id = :id;

-- name: put_person :exec
-- @route PUT /people/{id}
INSERT INTO people (id, home, work, pair)
VALUES (:id, {street: :street, zip: :zip}, {street: :street, zip: (int) :work_zip}, (:number, :label));

-- name: put_people :exec
-- @route POST /people
-- @bulk
INSERT INTO people (id, work) VALUES (:id, {street: :street, zip: :zip});

-- name: put_spot :exec
-- @route PUT /people/{id}/spot
UPDATE people SET spot = [:x, :y] WHERE id = :id;

-- name: leave :applied
-- @route PUT /people/{id}/work
UPDATE people SET home = null WHERE id = :id IF work = {street: :street, zip: :zip} AND pair != (:number, 'x');
`,
};

describe("Null for a part of a value", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
  });
  after(() => service?.[Symbol.asyncDispose]());

  const send = (method: string, path: string, json: unknown) =>
    service.request(path, { method, json });
  const FULL = { street: "s", zip: 1, work_zip: 2, number: 3, label: "l" };
  const HERE = { street: "s", zip: 1 };

  it("is stored where it is a field of a type, or a member of a tuple", async () => {
    await succeed(send("PUT", "/people/1", FULL));
    expect(await succeed(service.request("/people/1"))).toEqual({
      home: HERE,
      work: { street: "s", zip: 2 },
      pair: [3, "l"],
    });
    await succeed(send("PUT", "/people/1", { ...FULL, zip: null, work_zip: null, label: null }));
    expect(await succeed(service.request("/people/1"))).toEqual({
      home: { street: "s", zip: null },
      work: { street: "s", zip: null },
      pair: [3, null],
    });
  });

  it("is stored by the line of an upload", async () => {
    await succeed(send("POST", "/people", [{ id: 2, street: null, zip: 1 }, { id: 3, ...HERE }]));
    expect(await succeed(service.request("/people/2")))
      .toMatchObject({ work: { street: null, zip: 1 } });
  });

  it("is not what a body leaves out", async () => {
    const { zip: _, ...rest } = FULL;
    const [status, problem] = await answer(send("PUT", "/people/4", rest));
    expect([status, problem])
      .toMatchObject([422, { errors: [{ pointer: "/body/zip", detail: "Required" }] }]);
  });

  it("is refused where it is an element of a vector", async () => {
    const [status, problem] = await answer(send("PUT", "/people/5/spot", { x: 1, y: null }));
    expect([status, problem]).toMatchObject([422, { errors: [{ pointer: "/body/y" }] }]);
  });

  it("is compared with what is stored", async () => {
    await succeed(send("POST", "/people", [{ id: 6, street: "s", zip: null }]));
    const leave = (body: unknown) => answer(send("PUT", "/people/6/work", body));
    expect(await leave({ ...HERE, number: null })).toMatchObject([409, { code: "not_applied" }]);
    expect((await leave({ street: "s", zip: null, number: null }))[0]).toBe(200);
  });

  it("is documented", async () => {
    type Schema = { properties: Record<string, { type: string | string[] }>; required: string[] };
    const { components: { schemas } } = await succeed<
      { components: { schemas: Record<string, Schema> } }
    >(service.request("/openapi.json"));
    const { properties, required } = schemas.PutPersonBody!;
    expect(properties.zip?.type).toEqual(["integer", "null"]);
    expect(required.toSorted()).toEqual(["label", "number", "street", "work_zip", "zip"]);
    expect([schemas.PutSpotBody?.properties.y?.type].flat()).not.toContain("null");
  });
});
