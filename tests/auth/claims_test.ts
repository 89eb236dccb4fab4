import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type SigningService, startSigningService } from "../support/auth/token_signer.ts";
import { EXAMPLE, problemOf } from "../support/harness.ts";

const MIGRATION = `
CREATE TABLE accounts (org bigint, id int, PRIMARY KEY ((org), id));
CREATE TABLE notes (org text, id int, PRIMARY KEY ((org), id));
CREATE TABLE flags (flag boolean PRIMARY KEY, id int);
CREATE TABLE sessions (session uuid PRIMARY KEY, id int);
`;

const QUERIES = `
-- name: create_account :exec
-- Create one account, or many.
-- @bulk
-- @route POST /accounts
-- @scope stations:read
-- @param org in claim:org
-- @param id in body
INSERT INTO accounts (org, id) VALUES (:org, :id);

-- name: list_accounts :many
-- The caller's accounts.
-- @route GET /accounts
-- @scope stations:read
-- @param org in claim:org
SELECT id FROM accounts WHERE org = :org;

-- name: create_own_note :exec
-- Create a note.
-- @route POST /notes
-- @scope stations:read
-- @param org in claim:org
-- @param id in body
INSERT INTO notes (org, id) VALUES (:org, :id);

-- name: list_own_notes :many
-- The caller's notes.
-- @route GET /notes
-- @scope stations:read
-- @param org in claim:org
SELECT id FROM notes WHERE org = :org;

-- name: list_notes_of_groups :many
-- Notes of all groups of the caller.
-- @route GET /group-notes
-- @scope stations:read
-- @param groups in claim:groups
SELECT id FROM notes WHERE org IN :groups;

-- name: read_flag :many
-- What is there for callers whose e-mail address is verified, or is not.
-- @route GET /flag
-- @scope stations:read
-- @param flag in claim:email_verified
SELECT id FROM flags WHERE flag = :flag;

-- name: read_session :many
-- What is there for the caller's session.
-- @route GET /session
-- @scope stations:read
-- @param session in claim:sid
SELECT id FROM sessions WHERE session = :session;
`;

let service: SigningService;
before(async () => {
  service = await startSigningService({
    cqlDir: EXAMPLE,
    cql: { migration: MIGRATION, queries: QUERIES },
    routes: ["calls/count_accounts"],
  });
});
after(() => service[Symbol.asyncDispose]());

/** A request with a token that has these members, as JSON text, beside the usual ones. */
async function requestWith(members: string, path: string, json?: unknown): Promise<Response> {
  const claims = JSON.stringify(service.claims());
  const token = await service.sign(`${claims.slice(0, -1)},${members}}`);
  return await service.request(path, {
    user: null,
    headers: { authorization: `Bearer ${token}` },
    ...(json === undefined ? {} : { method: "POST", json }),
  });
}

/** The ids of the rows that a request with such a token is answered with. */
async function idsFor(members: string, path: string): Promise<number[]> {
  const { items } = await (await requestWith(members, path)).json();
  return items.map(({ id }: { id: number }) => id);
}

async function create(members: string, path: string, json: unknown): Promise<void> {
  const response = await requestWith(members, path, json);
  // To its end: a caller who leaves before the report of many inputs has come ends the upload.
  await response.text();
  expect([200, 204]).toContain(response.status);
}

describe("A number in a token", () => {
  const [ODD, EVEN] = ['"org":9007199254740993', '"org":9007199254740992'];

  it("is not rounded to another tenant's", async () => {
    await create(EVEN, "/accounts", { id: 2 });
    await create(ODD, "/accounts", { id: 3 });
    expect(await idsFor(EVEN, "/accounts")).toEqual([2]);
    expect(await idsFor(ODD, "/accounts")).toEqual([3]);
    const stored = await service.client.execute("SELECT org, id FROM accounts", []);
    const rows = stored.rows.map(({ org, id }) => `${org} ${id}`).sort();
    expect(rows).toEqual(["9007199254740992 2", "9007199254740993 3"]);
  });

  it("is the same in many inputs at once, and in a hand-written route", async () => {
    const org = '"org":9007199254740995';
    await create(org, "/accounts", [{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(await idsFor(org, "/accounts")).toEqual([1, 2, 3]);
    expect(await (await requestWith(org, "/accounts/count")).json()).toEqual({ count: 3 });
    const { count } = await (await requestWith('"org":9007199254740996', "/accounts/count")).json();
    expect(count).toBe(0);
  });

  it("is the tenant of its text, and of no other text", async () => {
    await create('"org":71', "/accounts", { id: 1 });
    for (const org of ["71", '"71"', "71.0", "7.1e1"]) {
      expect([org, await idsFor(`"org":${org}`, "/accounts")]).toEqual([org, [1]]);
    }
  });
});

describe("A claim that is not of the column's type", () => {
  const CASES: [string, string, string][] = [
    ["/notes", '"org":["acme"]', "an array"],
    ["/notes", '"org":{"a":1}', "an object"],
    ["/notes", '"org":true', "a boolean"],
    ["/notes", '"org":null', "null"],
    ["/notes", '"org":""', "an empty string"],
    ["/notes", '"org":9007199254740993', "a number"],
    ["/notes", '"org":5', "a number"],
    ["/notes", '"or":"acme"', "missing"],
    ["/notes", '"__proto__":{"org":"acme"}', "missing"],
    ["/accounts", '"org":"071"', "a string of another form"],
    ["/accounts", '"org":1.5', "a number that does not fit"],
    ["/accounts", '"org":9223372036854775808', "a number that does not fit"],
    ["/accounts", '"org":1e400', "a number that does not fit"],
    ["/accounts", '"org":[71]', "an array"],
    ["/accounts/count", '"org":true', "a boolean"],
    ["/group-notes", '"groups":"acme"', "a string"],
    ["/group-notes", '"groups":[5]', "an array"],
    ["/group-notes", '"groups":[null]', "an array"],
    ["/flag", '"email_verified":1', "a number"],
    ["/session", '"sid":"acme"', "a string of another form"],
    ["/session", '"sid":5', "a number"],
  ];
  for (const [path, members, found] of CASES) {
    it(`is missing for GET ${path}: ${members}`, async () => {
      const problem = await problemOf(await requestWith(members, path));
      expect([problem.status, problem.code]).toEqual([403, "missing_claim"]);
      expect(problem.detail).toContain(`, which is ${found}: `);
    });
  }

  it("is missing for a write, which writes nothing", async () => {
    for (const org of ['["acme"]', "5", "true", "{}"]) {
      const problem = await problemOf(await requestWith(`"org":${org}`, "/notes", { id: 1 }));
      expect([org, problem.code]).toEqual([org, "missing_claim"]);
    }
    const { rows } = await service.client.execute("SELECT org FROM notes", []);
    expect(rows).toEqual([]);
  });
});

describe("A claim that is of the column's type", () => {
  before(async () => {
    await create('"org":"acme"', "/notes", { id: 1 });
    await create('"org":"globex"', "/notes", { id: 2 });
  });

  const CASES: [string, string, number[]][] = [
    ["/notes", '"org":"acme"', [1]],
    ["/notes", '"org":"ACME"', []],
    ["/group-notes", '"groups":["acme","globex"]', [1, 2]],
    ["/group-notes", '"groups":["globex"]', [2]],
    ["/group-notes", '"groups":[]', []],
    ["/flag", '"email_verified":true', []],
    ["/session", '"sid":"c59cadbc-043d-436d-b8f6-3356f372fce6"', []],
  ];
  for (const [path, members, ids] of CASES) {
    it(`decides what GET ${path} answers: ${members}`, async () => {
      expect((await idsFor(members, path)).sort()).toEqual(ids);
    });
  }
});
