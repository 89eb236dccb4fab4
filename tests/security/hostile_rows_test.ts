/**
 * Rows of others, as seen by somebody who may write but not read: whatever is sent, the answer is the
 * same to the last byte, whatever the row holds.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type RawRequest, sendRaw } from "../support/clients/raw_http.ts";
import { type AttackedService, startAttackedService } from "./attacked_service.ts";

const CQL = {
  migration: `
CREATE TABLE users (tenant text, id text, email text, hash text, version int, owner text,
  tags set<text>, settings map<text, text>, PRIMARY KEY (tenant, id));
CREATE TABLE members (team text, id int, motto text static, salary int, PRIMARY KEY (team, id));
`,
  queries: `
-- name: get_user :one
-- @route GET /users/{id}
-- @scope use
-- @param tenant in claim:tenant
-- @etag version
SELECT email, version FROM users WHERE tenant = :tenant AND id = :id;

-- name: list_users :many
-- @route GET /users
-- @scope use
-- @param tenant in claim:tenant
SELECT email FROM users WHERE tenant = :tenant;

-- name: register :applied
-- @route POST /users
-- @public
INSERT INTO users (tenant, id, hash) VALUES ('acme', :id, :hash) IF NOT EXISTS;

-- name: register_many :applied
-- @route POST /registrations
-- @public
-- @bulk
INSERT INTO users (tenant, id, hash) VALUES ('acme', :id, :hash) IF NOT EXISTS;

-- name: register_and_see :applied
-- @route POST /seen
-- @public
-- @current version
INSERT INTO users (tenant, id, hash) VALUES ('acme', :id, :hash) IF NOT EXISTS;

-- name: hand_over :applied
-- @route PUT /users/{id}/owner
-- @public
-- @param version in if-match
UPDATE users SET owner = :owner WHERE tenant = 'acme' AND id = :id
  IF version = :version AND owner = :old_owner AND hash = :hash;

-- name: tag :applied
-- @route PUT /users/{id}/tags
-- @public
-- @param emails in body max=10
UPDATE users SET tags = :tags WHERE tenant = 'acme' AND id = :id
  IF tags = :old_tags AND email IN :emails;

-- name: forget :applied
-- @route DELETE /users/{id}
-- @public
DELETE FROM users WHERE tenant = 'acme' AND id = :id IF settings = :settings;

-- name: join_team :applied
-- @route POST /teams/{team}
-- @public
INSERT INTO members (team, id) VALUES (:team, :id) IF NOT EXISTS;

-- name: set_motto :applied
-- @route PUT /teams/{team}/motto
-- @public
UPDATE members SET motto = :motto WHERE team = :team IF motto = :old_motto;

-- name: swap :applied
-- @route POST /teams/{team}/swap
-- @public
BEGIN BATCH
  UPDATE members SET salary = :salary WHERE team = :team AND id = :id IF salary = :old_salary;
  INSERT INTO members (team, id) VALUES (:team, :other) IF NOT EXISTS;
  UPDATE members SET motto = :motto WHERE team = :team IF motto = :old_motto;
APPLY BATCH;
`,
};

let service: AttackedService;
before(async () => {
  service = await startAttackedService(CQL);
});
after(() => service?.[Symbol.asyncDispose]());

/** Two states of the victim's rows, which have nothing in common but their keys and the version. */
const STATES = ["first", "second"].map((secret, index) => [
  `INSERT INTO users (tenant, id, email, hash, version, owner, tags, settings) VALUES
    ('acme', 'zoe', '${secret}@example.com', '${secret} hash', 7, '${secret} owner',
     {'${secret} tag'}, {'${secret}': '${secret}'})`,
  `INSERT INTO members (team, id, motto, salary) VALUES ('a', 1, '${secret} motto', 100${index})`,
  `INSERT INTO members (team, id, salary) VALUES ('a', 2, 200${index})`,
]);

const JSON_TYPE = "Content-Type: application/json";

function write(method: string, path: string, json: unknown, headers: string[] = []): RawRequest {
  const body = JSON.stringify(json);
  return {
    method,
    path,
    headers: [JSON_TYPE, `Content-Length: ${body.length}`, ...headers],
    body,
  };
}

const REGISTRATION = { id: "zoe", hash: "mine" };
const MINE = { owner: "me", old_owner: "nobody", hash: "guess" };
const ROUTES: readonly RawRequest[] = [
  write("POST", "/users", REGISTRATION),
  write("POST", "/users", { ...REGISTRATION, email: "x" }),
  write("POST", "/users", { ...REGISTRATION, hash: null }),
  write("POST", "/users", REGISTRATION, ["If-None-Match: *"]),
  write("POST", "/users", REGISTRATION, ['If-None-Match: "7"']),
  write("POST", "/users", REGISTRATION, ['If-Match: "7"']),
  write("POST", "/users", REGISTRATION, ["Prefer: return=representation"]),
  write("POST", "/registrations", [REGISTRATION]),
  write("POST", "/registrations", REGISTRATION),
  write("POST", "/registrations", [REGISTRATION], ["If-None-Match: *"]),
  write("POST", "/seen", REGISTRATION),
  write("PUT", "/users/zoe/owner", MINE),
  write("PUT", "/users/zoe/owner", MINE, ['If-Match: "7"']),
  write("PUT", "/users/zoe/owner", MINE, ['If-Match: "6"']),
  write("PUT", "/users/zoe/owner", MINE, ["If-Match: *"]),
  write("PUT", "/users/zoe/owner", { ...MINE, old_owner: null, hash: null }, ['If-Match: "7"']),
  write("PUT", "/users/zoe/tags", { tags: [], old_tags: ["x"], emails: ["a", "b"] }),
  write("PUT", "/users/zoe/tags", { tags: [], old_tags: null, emails: [] }),
  write("DELETE", "/users/zoe?settings=%7B%7D", {}),
  write("DELETE", "/users/zoe?settings=%7B%22a%22:%22b%22%7D", {}),
  write("POST", "/teams/a", { id: 1 }),
  write("PUT", "/teams/a/motto", { motto: "m", old_motto: "guess" }),
  write("PUT", "/teams/a/motto", { motto: "m", old_motto: null }),
  write("POST", "/teams/a/swap", {
    ...{ salary: 1, id: 1, old_salary: 5, other: 2, motto: "m", old_motto: "guess" },
  }),
  write("POST", "/teams/a/swap", {
    ...{ salary: 1, id: 2, old_salary: null, other: 1, motto: "m", old_motto: null },
  }),
];

/** What an answer says, without what differs from request to request. */
async function answerTo(request: RawRequest): Promise<string> {
  const { status, headers, text } = await sendRaw(service.url, request);
  const seen = [...headers].filter(([name]) => !/^(date|server-timing|x-request-id)$/.test(name));
  return JSON.stringify([status, seen, text.replace(/"request_id":"[^"]+"/, "")]);
}

async function answersIn(state: readonly string[], requests: readonly RawRequest[]) {
  for (const statement of state) await service.client.execute(statement);
  const answers: string[] = [];
  // One by one: lightweight transactions of one partition get in each other's way.
  for (const request of requests) answers.push(await answerTo(request));
  return answers;
}

describe("A row that somebody may write but not read", () => {
  it("shows nothing in any answer, whatever it holds", () =>
    service.withstand(async () => {
      const [first, second] = [
        await answersIn(STATES[0]!, ROUTES),
        await answersIn(STATES[1]!, ROUTES),
      ];
      for (const [index, answer] of first.entries()) {
        const { method, path, body } = ROUTES[index]!;
        expect([method, path, body, answer]).toEqual([method, path, body, second[index]]);
        expect(answer).not.toMatch(/first|second|\b[12]00[01]\b/);
      }
      const statuses = first.map((answer) => JSON.parse(answer)[0]);
      expect(statuses.filter((status) => status === 409).length).toBeGreaterThan(8);
      expect(statuses.filter((status) => status < 300)).toEqual([200, 200]);
    }));
});

describe("A row of another tenant", () => {
  const SECRET = /zoe|first|second|example\.com/;
  const READS: readonly RawRequest[] = [
    ...["", "*", '"7"', 'W/"7"', '"7", "8"', '"", *', "7"].flatMap((tag) =>
      [`If-Match: ${tag}`, `If-None-Match: ${tag}`].map((header) => ({
        path: "/users/zoe",
        headers: [header],
      }))
    ),
    { path: "/users/zoe" },
    { path: "/users/zoe", method: "HEAD" },
    { path: "/users/zoe?tenant=acme" },
    { path: "/users/zoe?tenant=mallory&tenant=acme" },
    { path: "/users/zoe", headers: ["Tenant: acme", "X-Tenant: acme", "X-Forwarded-User: zoe"] },
    { path: "/users/%7aoe" },
    { path: "/users/..%2facme%2fzoe" },
    { path: "/users/./zoe" },
    { path: "//users/zoe" },
    { path: "/users;tenant=acme/zoe" },
    { path: "/users?tenant=acme" },
    { path: "/users?limit=1&cursor=" },
    { path: "/users", headers: ["Accept: text/csv"] },
    { path: "/users", headers: ["Accept: application/x-ndjson", "Range: bytes=0-"] },
    { path: "/users", headers: ["X-HTTP-Method-Override: PUT", "X-Original-URL: /users/zoe"] },
  ];
  const asMallory = async (requests: readonly RawRequest[]) => {
    const { authorization } = await service.authorization({ sub: "mallory", tenant: "mallory" });
    return requests.map((request) => ({
      ...request,
      headers: [`Authorization: ${authorization}`, ...request.headers ?? []],
    }));
  };

  it("looks like one that does not exist", () =>
    service.withstand(async () => {
      const requests = await asMallory(READS);
      const there = await answersIn(STATES[0]!, requests);
      const changed = await answersIn(STATES[1]!, requests);
      await service.client.execute("TRUNCATE users");
      const gone = await answersIn([], requests);
      expect(there).toEqual(gone);
      expect(changed).toEqual(gone);
      for (const answer of there) {
        // A problem names the path that was asked for.
        expect(answer.replaceAll(/\/[^ "]*zoe/g, "")).not.toMatch(SECRET);
      }
    }));

  it("is there for its own tenant", async () => {
    for (const statement of STATES[0]!) await service.client.execute(statement);
    const headers = await service.authorization({ tenant: "acme" });
    const response = await fetch(`${service.url}/users/zoe`, { headers });
    expect(await response.json()).toEqual({ email: "first@example.com", version: 7 });
  });
});
