/**
 * Deprecated routes: what their callers are told, what OpenAPI says, and who still uses them.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE words (word text PRIMARY KEY, meaning text, version int);
INSERT INTO words (word, meaning, version) VALUES ('tern', 'A bird', 1);`,
  queries: `
-- @deprecated since=2026-01-01 sunset=2026-12-31: use \`/v2/words\`

-- name: list_words :many
-- All words.
-- @route GET /v1/words
-- @public
SELECT word FROM words;

-- name: get_word :one
-- One word.
-- With its meaning.
-- @route GET /v1/words/{word}
-- @scope stations:read
-- @etag version
SELECT meaning, version FROM words WHERE word = :word;

-- name: remove_word :exec
-- @route DELETE /v1/words/{word}
-- @scope stations:write
-- @deprecated since=2027-03-01: words are no longer removed: hide them
DELETE FROM words WHERE word = :word;

-- name: count_words :one
SELECT count(*) AS words FROM words;
`,
};
/** A file of its own, so that the tag of the other does not hold. */
const CURRENT = `
-- name: list_words_again :many
-- @route GET /v2/words
-- @public
SELECT word FROM words;
`;

const OLD = { deprecation: "@1767225600", sunset: "Thu, 31 Dec 2026 00:00:00 GMT" };
const NONE = { deprecation: null, sunset: null };

describe("A deprecated route", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL, {
      cql: { queries: CURRENT },
      routes: ["declared/leaving"],
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  const ANSWERS: readonly [
    what: string,
    path: string,
    status: number,
    options?: Parameters<OwnService["request"]>[1],
  ][] = [
    ["a page", "/v1/words", 200],
    ["a stream", "/v1/words", 200, { headers: { accept: "application/x-ndjson" } }],
    ["HEAD", "/v1/words", 200, { method: "HEAD" }],
    ["a row", "/v1/words/tern", 200],
    ["304", "/v1/words/tern", 304, { headers: { "if-none-match": "*" } }],
    ["a missing token", "/v1/words/tern", 401, { user: null }],
    ["a missing row", "/v1/words/none", 404],
    ["a wrong type", "/v1/words", 406, { headers: { accept: "image/png" } }],
    ["an input that is wrong", "/v1/words?limit=x", 422],
  ];
  for (const [what, path, status, options] of ANSWERS) {
    it(`says so with ${what}`, async () => {
      const response = await service.request(path, options);
      await response.body?.cancel();
      expect([response.status, headersOf(response)]).toEqual([status, OLD]);
    });
  }

  it("has the dates of its own tag, in place of those of its file", async () => {
    const own = { deprecation: "@1803859200", sunset: null };
    for (const [user, status] of [["writer", 204], ["reader", 403], [null, 401]] as const) {
      const response = await service.request("/v1/words/none", { method: "DELETE", user });
      await response.body?.cancel();
      expect([response.status, headersOf(response)]).toEqual([status, own]);
    }
  });

  it("may be written by hand", async () => {
    const response = await service.request("/leaving");
    expect([response.status, headersOf(response)])
      .toEqual([204, { deprecation: "@1751241600", sunset: null }]);
  });

  it("is the only one that says so", async () => {
    for (const [path, method] of [["/v2/words", "GET"], ["/v1/words", "PUT"], ["/v1", "GET"]]) {
      const response = await service.request(path!, { method: method! });
      await response.body?.cancel();
      expect([path, headersOf(response)]).toEqual([path, NONE]);
    }
  });

  it("is marked in the OpenAPI document, with the reason", async () => {
    const { paths } = await succeed<{
      paths: Record<string, Record<string, { deprecated?: boolean; description?: string }>>;
    }>(service.request("/openapi.json"));
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { deprecated, description }]) =>
        [`${method} ${path}`, deprecated, description] as const
      )
    );
    const notice =
      "Deprecated since 2026-01-01, and may be gone from 2026-12-31 on: use `/v2/words`";
    expect(described.sort()).toEqual([
      [
        "delete /v1/words/{word}",
        true,
        "Deprecated since 2027-03-01: words are no longer removed: hide them",
      ],
      ["get /leaving", true, "Deprecated since 2025-06-30: Use `/words`."],
      ["get /v1/words", true, notice],
      ["get /v1/words/{word}", true, `One word.\nWith its meaning.\n\n${notice}`],
      ["get /v2/words", undefined, undefined],
    ]);
  });

  it("counts its use by issuer and client, and no calls without a valid token", async () => {
    const { issuer } = service.provider;
    const before = await usesOf(service);
    for (const user of ["reader", "reader", "writer", null] as const) {
      await (await service.request("/v1/words/tern", { user })).body?.cancel();
    }
    // Two tokens are one too many: 400, before anybody is known.
    const headers = { authorization: "Bearer a b" };
    const malformed = await service.request("/v1/words/tern", { user: null, headers });
    expect((await problemOf(malformed)).status).toBe(400);
    await (await service.request("/v1/words", { user: null })).body?.cancel();
    await (await service.request("/v2/words")).body?.cancel();
    const after = await usesOf(service);
    const added = Object.keys(after).map((labels) => [
      labels,
      after[labels]! - (before[labels] ?? 0),
    ]).filter(([, count]) => count !== 0);
    expect(Object.fromEntries(added)).toEqual({
      [`{method="GET",route="/v1/words/{word}",issuer="${issuer}",client="reader"}`]: 2,
      [`{method="GET",route="/v1/words/{word}",issuer="${issuer}",client="writer"}`]: 1,
      '{method="GET",route="/v1/words",issuer="_none",client="_none"}': 1,
    });
    // Every deprecated route has a series before anybody calls it.
    expect(Object.keys(before)).toEqual(expect.arrayContaining([
      '{method="DELETE",route="/v1/words/{word}",issuer="_none",client="_none"}',
      '{method="GET",route="/leaving",issuer="_none",client="_none"}',
    ]));
    expect(JSON.stringify(before)).not.toContain("/v2/words");
  });
});

function headersOf({ headers }: Response): Record<"deprecation" | "sunset", string | null> {
  return { deprecation: headers.get("deprecation"), sunset: headers.get("sunset") };
}

/** Labels to the number of requests. */
async function usesOf({ adminUrl }: OwnService): Promise<Record<string, number>> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const samples = text.matchAll(/^cqlgate_deprecated_requests_total(\{.*\}) (\d+)$/gm);
  return Object.fromEntries([...samples].map(([, labels, count]) => [labels!, Number(count)]));
}
