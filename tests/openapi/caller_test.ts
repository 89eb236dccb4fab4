/**
 * `/openapi.json?for=me`: the document for one caller, and who the service takes the caller for.
 *
 * @module
 */
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { demoUsers } from "../../dev/oidc/users.ts";
import { problemOf, type TestRequest } from "../support/harness.ts";
import { answer, type OwnService, startOwnService, succeed } from "../support/own_service.ts";

interface Document {
  readonly paths: Record<string, Record<string, unknown>>;
  readonly components: Record<string, Record<string, unknown>>;
}

const CQL = {
  migration: `
CREATE TABLE words (word text PRIMARY KEY, meaning text);
CREATE TABLE notes (note text PRIMARY KEY);`,
  queries: `
-- name: list_words :many
-- @route GET /words
-- @public
SELECT word FROM words;

-- name: get_word :one
-- @route GET /words/{word}
-- @scope stations:read
SELECT word, meaning FROM words WHERE word = :word;

-- name: put_word :exec
-- @route PUT /words/{word}
-- @scope stations:write
UPDATE words SET meaning = :meaning WHERE word = :word;

-- name: list_notes :many
-- @route GET /notes
-- @scope stations:write
-- @scope stations:read observations:read
SELECT note FROM notes;

-- name: add_note :exec
-- @route POST /notes
-- @scope stations:read observations:write
INSERT INTO notes (note) VALUES (:note);
`,
};

describe("GET /openapi.json?for=me", () => {
  let service: OwnService;
  let whole: Document;
  before(async () => {
    service = await startOwnService(CQL);
    whole = await succeed<Document>(service.request("/openapi.json", { user: null }));
  });
  after(() => service?.[Symbol.asyncDispose]());

  const ask = (request: TestRequest, path = "/openapi.json?for=me") =>
    service.request(path, request);
  const operationsOf = ({ paths }: Document) =>
    Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`)
    ).sort();

  const PUBLIC = "GET /words";
  const CALLERS = [
    {
      who: "a writer",
      user: "writer",
      operations: [
        "GET /notes",
        PUBLIC,
        "GET /words/{word}",
        "POST /notes",
        "PUT /words/{word}",
      ],
    },
    {
      who: "a reader",
      user: "reader",
      // One of two alternatives is enough; part of one is not.
      operations: ["GET /notes", PUBLIC, "GET /words/{word}"],
    },
    {
      who: "a token with one scope of two",
      user: "reader",
      scope: "stations:read",
      operations: [PUBLIC, "GET /words/{word}"],
    },
    {
      who: "a token with a scope that no route asks for",
      user: "reader",
      scope: "observations:read",
      operations: [PUBLIC],
    },
  ];
  for (const { who, user, scope, operations } of CALLERS) {
    it(`has what ${who} may call, as the whole document has it`, async () => {
      const headers = { authorization: `Bearer ${await service.token(user, scope)}` };
      const own = await succeed<Document>(ask({ user: null, headers }));
      expect(operationsOf(own)).toEqual(operations);
      // Nothing in it is not in the whole one.
      expect(whole).toMatchObject(own);
    });
  }

  it("has the components that its operations refer to, and no others", async () => {
    const response = await ask({ user: "reader" });
    const source = await response.text();
    const { components } = JSON.parse(source) as Document;
    expect(Object.keys(components.schemas!)).not.toContain("PutWordBody");
    expect(Object.keys(whole.components.schemas!)).toContain("PutWordBody");
    const config = await createConfig({
      extends: ["recommended"],
      rules: { "info-license": "off", "no-server-example.com": "off" },
    });
    // Among what the linter finds are references to nothing, and components without references.
    expect(await lintFromString({ source, config })).toEqual([]);
  });

  it("may be kept only by its caller", async () => {
    const { headers, body } = await ask({ user: "reader" });
    await body?.cancel();
    expect(headers.get("cache-control")).toBe("private, no-cache, no-transform");
    expect(headers.get("vary")).toContain("Authorization");
    expect(headers.get("content-type")).toBe("application/json");
  });

  it("needs a token that is taken", async () => {
    expect((await problemOf(await ask({ user: null }))).code).toBe("missing_token");
    const headers = { authorization: "Bearer a.b.c" };
    expect((await problemOf(await ask({ user: null, headers }))).code).toBe("invalid_token");
  });

  for (const query of ["?for=", "?for=you", "?for=me&for=me", "?for=me&for=you", "?for=ME"]) {
    it(`takes no ${query}, with a token or without`, async () => {
      for (const user of ["reader", null]) {
        const { code, errors } = await problemOf(await ask({ user }, `/openapi.json${query}`));
        expect([code, errors]).toEqual([
          "invalid_input",
          [{ pointer: "/query/for", detail: 'Expected "me": leave it out for the whole document' }],
        ]);
      }
    });
  }

  it("is the whole document for everybody who does not ask for their own", async () => {
    for (const user of ["writer", "reader", null]) {
      const response = await ask({ user }, "/openapi.json");
      expect([user, await answer(Promise.resolve(response))]).toEqual([user, [200, whole]]);
    }
    const headers = { authorization: "Bearer nonsense" };
    expect((await answer(ask({ user: null, headers }, "/openapi.json")))[0]).toBe(200);
  });

  it("is there for HEAD, and takes no POST", async () => {
    expect((await ask({ user: "reader", method: "HEAD" })).status).toBe(200);
    expect((await problemOf(await ask({ user: "reader", method: "POST" }))).status).toBe(405);
  });
});

describe("GET /docs/caller", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
  });
  after(() => service?.[Symbol.asyncDispose]());

  it("says who the token is", async () => {
    const response = await service.request("/docs/caller", { user: "reader" });
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      issuer: service.provider.issuer,
      subject: "reader",
      client_id: "reader",
      scopes: demoUsers().reader!.scopes,
      expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it("needs a token", async () => {
    const problem = await problemOf(await service.request("/docs/caller", { user: null }));
    expect(problem.code).toBe("missing_token");
  });
});

describe("A service without an issuer", () => {
  it("has the whole document for everybody, and knows no caller", async () => {
    const queries = CQL.queries.replaceAll(/@scope .*/g, "@public")
      .replaceAll("-- @public\n-- @public", "-- @public");
    await using service = await startOwnService({ ...CQL, queries }, {
      env: { OIDC_ISSUER: "", OIDC_AUDIENCE: "" },
    });
    const whole = await succeed(service.request("/openapi.json", { user: null }));
    expect(await succeed(service.request("/openapi.json?for=me", { user: null }))).toEqual(whole);
    expect((await service.request("/docs/caller", { user: null })).status).toBe(404);
    const page = await (await service.request("/docs", { user: null })).text();
    expect(page).toContain("&quot;canLogIn&quot;:&quot;no&quot;");
  });
});
