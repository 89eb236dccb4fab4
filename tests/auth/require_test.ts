import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { answer } from "../support/own_service.ts";
import { EXAMPLE } from "../support/harness.ts";
import { type SigningService, startSigningService } from "../support/auth/token_signer.ts";

const MIGRATION = `
CREATE TABLE memos (owner text, id bigint, team text, text text, PRIMARY KEY ((owner), id));
CREATE TABLE devices (device uuid PRIMARY KEY, size bigint, ratio double, live boolean);
`;

const QUERIES = `
-- name: list_memos :many
-- The caller's memos.
-- @route GET /memos/{owner}
-- @scope stations:read
-- @require claim:sub = :owner
SELECT id, text FROM memos WHERE owner = :owner;

-- name: list_memos_of_team :many
-- Notes that a team of the caller has, at the route of all memos.
-- @route GET /memos/{owner}
-- @scope stations:read
-- @param team in query
-- @require claim:groups contains :team
SELECT id, text FROM memos WHERE owner = :owner AND team = :team ALLOW FILTERING;

-- name: list_memos_within :many
-- For a hand-written route.
-- @require claim:sub = :owner
SELECT id, text FROM memos WHERE owner = :owner;

-- name: get_memo :one
-- One memo, to its owner alone.
-- @route GET /memos/{owner}/{id}
-- @scope stations:read
-- @etag id
-- @require claim:sub = :owner
SELECT id, text FROM memos WHERE owner = :owner AND id = :id;

-- name: put_memo :exec
-- Write a memo of the caller's.
-- @route PUT /memos/{owner}/{id}
-- @scope stations:read
-- @require claim:sub = :owner
INSERT INTO memos (owner, id, text) VALUES (:owner, :id, :text);

-- name: create_memo :applied
-- Create a memo, unless it is there.
-- @route POST /new-memos
-- @scope stations:read
-- @require claim:sub = :owner
INSERT INTO memos (owner, id, text) VALUES (:owner, :id, :text) IF NOT EXISTS;

-- name: load_memos :exec
-- Write many memos.
-- @bulk
-- @route POST /memos
-- @scope stations:read
-- @require claim:sub = :owner
-- @require claim:writers contains :team
INSERT INTO memos (owner, id, team, text) VALUES (:owner, :id, :team, :text);

-- name: load_own_memos :exec
-- Write many memos of one owner.
-- @bulk
-- @route POST /owners/{owner}/memos
-- @scope stations:read
-- @require claim:sub = :owner
-- @require claim:plan = "pro"
INSERT INTO memos (owner, id, text) VALUES (:owner, :id, :text);

-- name: review_memo :exec
-- Nobody reviews a memo of his own.
-- @route PUT /reviews/{owner}/{id}
-- @scope stations:read
-- @require claim:sub != :owner
UPDATE memos SET text = :text WHERE owner = :owner AND id = :id;

-- name: of_number :many
-- @route GET /numbers/{id}
-- @scope stations:read
-- @require claim:org = :id
SELECT id FROM memos WHERE owner = 'nobody' AND id = :id;

-- name: of_uuid :many
-- @route GET /devices/{device}
-- @scope stations:read
-- @require claim:device = :device
SELECT size FROM devices WHERE device = :device;

-- name: with_default :many
-- @route GET /defaults
-- @scope stations:read
-- @param owner in query default=someone
-- @require claim:sub = :owner
SELECT id FROM memos WHERE owner = :owner;

-- name: of_two_claims :many
-- @route GET /two-claims
-- @scope stations:read
-- @param owner in claim:org.owner
-- @require claim:"https://acme.example/owners" contains :owner
SELECT id FROM memos WHERE owner = :owner;

-- name: for_level_five :many
-- @route GET /levels
-- @scope stations:read
-- @require claim:level = 5
SELECT id FROM memos WHERE owner = 'nobody';

-- name: for_verified :many
-- @route GET /verified
-- @scope stations:read
-- @require claim:email_verified = true
SELECT id FROM memos WHERE owner = 'nobody';
`;

let service: SigningService;
before(async () => {
  service = await startSigningService({
    cqlDir: EXAMPLE,
    cql: { migration: MIGRATION, queries: QUERIES },
    routes: ["calls/own_memos"],
  });
});
after(() => service[Symbol.asyncDispose]());

interface Sent {
  readonly method?: string;
  readonly json?: unknown;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** A request with a token that has these members, as JSON text, beside the usual ones. */
async function send(path: string, members = "", sent: Sent = {}): Promise<Response> {
  const claims = JSON.stringify(service.claims());
  const text = members === "" ? claims : `${claims.slice(0, -1)},${members}}`;
  const token = await service.sign(text);
  return await service.request(path, {
    ...sent,
    user: null,
    headers: { ...sent.headers, authorization: `Bearer ${token}` },
  });
}

/** The code of a refusal; the status of any other answer. */
async function outcome(response: Promise<Response>): Promise<unknown> {
  const { status } = await response;
  const text = await (await response).text();
  return status < 400 ? status : JSON.parse(text).code;
}

const REFUSED = "requirement_not_met";
const DEVICE = "c59cadbc-043d-436d-b8f6-3356f372fce6";

describe("@require", () => {
  /** The claims of the token are `sub` "someone" and these. */
  const CASES: readonly [path: string, members: string, expected: unknown][] = [
    ["/memos/someone", "", 200],
    ["/memos/Someone", "", REFUSED],
    ["/memos/someone%20", "", REFUSED],
    ["/memos/another", "", REFUSED],
    ["/memos/someone%00", "", REFUSED],
    // Numbers are compared exactly, by the type of the marker.
    ["/numbers/9007199254740993", `"org":9007199254740993`, 200],
    ["/numbers/9007199254740993", `"org":"9007199254740993"`, 200],
    ["/numbers/9007199254740993", `"org":9007199254740992`, REFUSED],
    ["/numbers/9007199254740992", `"org":9007199254740993`, REFUSED],
    ["/numbers/5", `"org":5.0`, 200],
    ["/numbers/5", `"org":5.5`, REFUSED],
    ["/numbers/5", `"org":"05"`, REFUSED],
    ["/numbers/5", `"org":[5]`, REFUSED],
    ["/numbers/5", `"org":{"5":5}`, REFUSED],
    ["/numbers/1", `"org":true`, REFUSED],
    ["/numbers/0", `"org":null`, REFUSED],
    ["/numbers/0", `"org":""`, REFUSED],
    ["/numbers/0", `"other":0`, REFUSED],
    // A UUID has several spellings.
    [`/devices/${DEVICE}`, `"device":"${DEVICE.toUpperCase()}"`, 200],
    [`/devices/${DEVICE}`, `"device":"${DEVICE.replace("c", "d")}"`, REFUSED],
    // Only a list contains.
    ["/memos/another?team=a", `"groups":["a","b"]`, 200],
    ["/memos/another?team=b", `"groups":["a","b"]`, 200],
    ["/memos/another?team=b", `"groups":[1,null,{},["b"],"b"]`, 200],
    ["/memos/another?team=c", `"groups":["a","b"]`, REFUSED],
    ["/memos/another?team=a", `"groups":"a"`, REFUSED],
    ["/memos/another?team=a", `"groups":["a b"]`, REFUSED],
    ["/memos/another?team=a", `"groups":{"a":"a"}`, REFUSED],
    ["/memos/another?team=1", `"groups":[1]`, REFUSED],
    ["/memos/another?team=", `"groups":[""]`, REFUSED],
    ["/memos/another?team=a", `"groups":[["a"]]`, REFUSED],
    ["/memos/another?team=a", `"groups":[]`, REFUSED],
    ["/memos/another?team=a", "", REFUSED],
    // Defaults and bound claims are compared like any other value.
    ["/defaults", "", 200],
    ["/defaults?owner=someone", "", 200],
    ["/defaults?owner=another", "", REFUSED],
    ["/two-claims", `"org":{"owner":"a"},"https://acme.example/owners":["a"]`, 200],
    ["/two-claims", `"org":{"owner":"a"},"https://acme.example/owners":["b"]`, REFUSED],
    ["/two-claims", `"org":{"owner":"a"},"https://acme":{"example/owners":["a"]}`, REFUSED],
    ["/two-claims", `"org.owner":"a","https://acme.example/owners":["a"]`, "missing_claim"],
    // Literals.
    ["/levels", `"level":5`, 200],
    ["/levels", `"level":5.0`, 200],
    ["/levels", `"level":"5"`, 200],
    ["/levels", `"level":5.0000000000000000001`, REFUSED],
    ["/levels", `"level":50`, REFUSED],
    ["/levels", `"level":[5]`, REFUSED],
    ["/levels", "", REFUSED],
    ["/verified", `"email_verified":true`, 200],
    ["/verified", `"email_verified":"true"`, 200],
    ["/verified", `"email_verified":1`, REFUSED],
    ["/verified", `"email_verified":"yes"`, REFUSED],
    ["/verified", `"email_verified":false`, REFUSED],
    // A handler's values.
    ["/by-hand/someone", "", 200],
    ["/by-hand/another", "", REFUSED],
  ];
  for (const [path, members, expected] of CASES) {
    it(`answers ${expected} at ${path} with {${members}}`, async () => {
      expect(await outcome(send(path, members))).toBe(expected);
    });
  }

  it("refuses != where the values are equal, and where there is nothing to compare", async () => {
    const review = (owner: string, sub?: string) =>
      outcome(
        service.sign(service.claims(sub === undefined ? {} : { sub })).then((token) =>
          service.request(`/reviews/${owner}/1`, {
            method: "PUT",
            json: { text: "fine" },
            user: null,
            headers: { authorization: `Bearer ${token}` },
          })
        ),
      );
    expect(await review("another")).toBe(204);
    expect(await review("someone")).toBe(REFUSED);
    expect(await review("9", "9")).toBe(REFUSED);
  });

  it("says which claim is compared with what, and shows neither", async () => {
    const details = async (path: string, members?: string) => {
      const [status, problem] = await answer(send(path, members));
      return [status, (problem as { detail: string }).detail];
    };
    const end = ": request what the token allows, or get another token";
    expect(await details("/memos/another")).toEqual([
      403,
      `The token's claim "sub" must equal the parameter "owner"${end}`,
    ]);
    expect(await details("/memos/another?team=a")).toEqual([
      403,
      `The token's claim "groups" must contain the parameter "team", and it is missing${end}`,
    ]);
    expect(await details("/memos/another?team=a", `"groups":"a"`)).toEqual([
      403,
      `The token's claim "groups" must contain the parameter "team", and it is not a list${end}`,
    ]);
    expect(await details("/levels", `"level":[5]`)).toEqual([
      403,
      `The token's claim "level" must equal 5, and it is an array${end}`,
    ]);
  });

  it("is checked before Cassandra is asked, and before preconditions", async () => {
    const insert = "INSERT INTO memos (owner, id, text) VALUES ('another', 1, 'secret')";
    await service.client.execute(insert);
    const tag = { "if-none-match": "*" };
    const runs = () => service.observations.filter(({ kind }) => kind === "statement").length;
    const before = runs();
    for (const method of ["GET", "HEAD"]) {
      const response = await send("/memos/another/1", "", { method, headers: tag });
      expect([method, response.status]).toEqual([method, 403]);
      await response.body?.cancel();
    }
    const json = { owner: "another", id: 1, text: "mine" };
    for (const headers of [{}, { "if-none-match": "*" }, { "if-match": '"a"' }]) {
      expect(await outcome(send("/new-memos", "", { method: "POST", json, headers }))).toBe(
        REFUSED,
      );
    }
    const put = { method: "PUT", json: { text: "mine" } };
    expect(await outcome(send("/memos/another/1", "", put))).toBe(REFUSED);
    expect(runs()).toBe(before);
    const { rows: [row] } = await service.client.execute(
      "SELECT text FROM memos WHERE owner = 'another' AND id = 1",
    );
    expect(row?.text).toBe("secret");
  });

  it("leaves mistakes of the input to their own code", async () => {
    expect(await outcome(send("/numbers/five", `"org":5`))).toBe("invalid_input");
    expect(await outcome(send("/memos/another?owner=someone"))).toBe("invalid_input");
  });

  it("refuses single lines of an upload", async () => {
    const lines = [
      { owner: "someone", id: 1, team: "a", text: "1" },
      { owner: "another", id: 2, team: "a", text: "2" },
      { owner: "someone", id: 3, team: "b", text: "3" },
      { owner: "someone", id: 4, team: "c", text: "4" },
    ];
    const body = lines.map((line) => JSON.stringify(line)).join("\n");
    const headers = { "content-type": "application/x-ndjson" };
    const response = await send("/memos", `"writers":["a","b"]`, { method: "POST", body, headers });
    expect(response.status).toBe(200);
    const report = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
    expect(report.filter(({ line }) => line !== undefined).map(({ line, code }) => [line, code]))
      .toEqual([[2, REFUSED], [4, REFUSED]]);
    const { rows } = await service.client.execute(
      "SELECT id FROM memos WHERE owner IN ('someone', 'another') AND id IN (1, 2, 3, 4)",
    );
    expect(rows.map(({ id }) => Number(id)).sort()).toEqual([1, 1, 3]);
  });

  it("refuses a whole upload where its lines make no difference", async () => {
    const upload = (path: string, members: string) =>
      outcome(send(path, members, { method: "POST", json: [{ id: 7, text: "7" }] }));
    expect(await upload("/owners/another/memos", `"plan":"pro"`)).toBe(REFUSED);
    expect(await upload("/owners/someone/memos", `"plan":"free"`)).toBe(REFUSED);
    expect(await upload("/owners/someone/memos", `"plan":"pro"`)).toBe(200);
  });

  it("is told by OpenAPI for the routes that have it", async () => {
    const [, document] = await answer(service.request("/openapi.json", { user: null }));
    const { paths } = document as { paths: Record<string, Record<string, Operation>> };
    const refusals = (path: string, method: string) => {
      const refusal = paths[path]?.[method]?.responses["403"];
      return Object.keys(refusal?.content["application/problem+json"]?.examples ?? {});
    };
    expect(refusals("/memos/{owner}", "get")).toContain(REFUSED);
    expect(refusals("/by-hand/{owner}", "get")).toContain(REFUSED);
    expect(refusals("/stations", "get")).not.toContain(REFUSED);
    expect(paths["/memos/{owner}/{id}"]!.get!.description).toBe(
      "One memo, to its owner alone.\n\nThe token's claim `sub` must equal `owner`.",
    );
  });
});

interface Operation {
  readonly description?: string;
  readonly responses: Record<string, { content: Record<string, { examples: object }> }>;
}
