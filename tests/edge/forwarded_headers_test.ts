/**
 * What a request says of the way that it came: no address that a client is told comes from it, not even
 * if a trusted proxy sends it. Which address a caller has is tested in `tests/load/auth_load_test.ts`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: `CREATE TABLE notes (topic text, id timeuuid, PRIMARY KEY (topic, id));
INSERT INTO notes (topic, id) VALUES ('a', 50554d6e-29bb-11e5-b345-feff819cdc9f);
INSERT INTO notes (topic, id) VALUES ('a', 50554d6e-29bb-11e5-b345-feff819cdca0);`,
  queries: `-- name: list_notes :many
-- @route GET /topics/{topic}/notes
-- @public
-- @page size=1 max=10
SELECT id FROM notes WHERE topic = :topic;

-- name: get_note :one
-- @route GET /topics/{topic}/notes/{id}
-- @public
SELECT topic, id FROM notes WHERE topic = :topic AND id = :id;

-- name: create_note :exec
-- @route POST /topics/{topic}/notes
-- @public
-- @param id in generated:timeuuid
-- @location get_note
INSERT INTO notes (topic, id) VALUES (:topic, :id);
`,
};

/** What a proxy may send, and anybody else. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { "x-forwarded-host": "evil.example" },
  { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-port": "444" },
  { "x-forwarded-prefix": "/evil" },
  { "x-forwarded-prefix": "//evil.example" },
  { "x-forwarded-proto": "https", "x-forwarded-ssl": "on" },
  { "x-forwarded-server": "evil.example", "x-original-host": "evil.example" },
  { "x-original-url": "/topics/evil/notes", "x-rewrite-url": "/topics/evil/notes" },
  { "x-http-method-override": "POST" },
  { "forwarded": "for=192.0.2.1;host=evil.example;proto=https" },
  { "forwarded": 'host="evil.example";proto="https";by=evil.example' },
];

for (
  const [what, env, start] of [
    ["nobody is trusted", {}, ""],
    ["the sender is a trusted proxy", { TRUSTED_PROXIES: "127.0.0.0/8,::1" }, ""],
    ["the sender is a trusted proxy of a service with an address", {
      TRUSTED_PROXIES: "127.0.0.0/8,::1",
      PUBLIC_URL: "http://api.example.com/v1",
    }, "http://api.example.com/v1"],
  ] as const
) {
  describe(`Forwarding headers, if ${what}`, () => {
    let service: OwnService;
    before(async () => {
      service = await startOwnService(CQL, { env });
    });
    after(() => service?.[Symbol.asyncDispose]());

    for (const headers of HEADERS) {
      it(`change no address: ${JSON.stringify(headers)}`, async () => {
        const page = await service.request("/topics/a/notes", { headers, user: null });
        expect(page.status).toBe(200);
        await page.body?.cancel();
        expect(page.headers.get("link")).toMatch(
          new RegExp(`^<${start}/topics/a/notes\\?[^>]*>; rel="next"$`),
        );
        expect(page.headers.get("strict-transport-security")).toBeNull();

        const options = { method: "POST", headers, user: null, json: {} };
        const created = await service.request("/topics/b/notes", options);
        expect(created.status).toBe(201);
        await created.body?.cancel();
        expect(created.headers.get("location")).toMatch(new RegExp(`^${start}/topics/b/notes/`));

        const lost = await service.request("/topic/a/notes", { headers, user: null });
        const document = await service.request("/openapi.json", { headers, user: null });
        const texts = [await lost.text(), await document.text()];
        expect([lost.status, document.status]).toEqual([404, 200]);
        expect(texts.join()).not.toContain("evil");
      });
    }
  });
}
