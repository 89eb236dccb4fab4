/**
 * Two issuers on the running service: each token counts for its own issuer, and what is kept per caller is
 * kept by issuer and `sub`, even where both issuers know a `sub` of the same name.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { DEV_AUDIENCE } from "../../dev/oidc/provider.ts";
import { freePortForLater } from "../../dev/ports.ts";
import { type OwnIssuer, startOwnIssuer, type TokenOptions } from "../support/auth/own_issuer.ts";
import { eventually } from "../support/eventually.ts";
import { problemOf } from "../support/harness.ts";
import { held } from "../support/held_requests.ts";
import {
  answer,
  type OwnService,
  type Page,
  startOwnService,
  succeed,
} from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE orders (order_id uuid PRIMARY KEY, words text);
CREATE TABLE words (tenant text, word text, PRIMARY KEY ((tenant), word));
INSERT INTO words (tenant, word) VALUES ('acme', 'auk');
INSERT INTO words (tenant, word) VALUES ('acme', 'tern');
INSERT INTO words (tenant, word) VALUES ('acme', 'wren');`,
  queries: `
-- name: list_words :many
-- @route GET /words
-- @scope stations:read
-- @param tenant in claim:tenant
SELECT word FROM words WHERE tenant = :tenant;

-- name: place_order :applied
-- @route POST /orders
-- @scope stations:write
-- @param order_id in generated:uuid
INSERT INTO orders (order_id, words) VALUES (:order_id, :words) IF NOT EXISTS;

-- name: old_words :many
-- @route GET /old
-- @scope stations:read
-- @deprecated since=2025-06-30: use \`/words\`
-- @param tenant in claim:tenant
SELECT word FROM words WHERE tenant = :tenant;
`,
};

const stack = new AsyncDisposableStack();
let first: OwnIssuer;
let second: OwnIssuer;
const away = `http://127.0.0.1:${freePortForLater()}`;
let service: OwnService;
before(async () => {
  first = stack.use(await startOwnIssuer());
  second = stack.use(await startOwnIssuer());
  const audience = DEV_AUDIENCE;
  const list = [
    { issuer: first.issuer, audience, algorithms: ["ES256"] },
    {
      issuer: second.issuer,
      audience,
      scope_claims: ["groups"],
      roles_file: "roles.json",
      claims: { tenant: ["acme", "globex"] },
    },
    { issuer: away, audience },
  ];
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.writeTextFile(`${folder}/issuers.json`, JSON.stringify(list));
  await Deno.writeTextFile(`${folder}/roles.json`, '{"Readers": ["stations:read"]}');
  service = stack.use(
    await startOwnService(CQL, {
      routes: ["held/hold_caller"],
      env: {
        OIDC_ISSUER: "",
        OIDC_AUDIENCE: "",
        OIDC_ISSUERS: `${folder}/issuers.json`,
        MAX_IN_FLIGHT: "8",
        MAX_IN_FLIGHT_PER_CALLER: "2",
      },
    }),
  );
});
after(() => stack.disposeAsync());

const SCOPES = "stations:read stations:write";

/** The same person, with the same client, of either issuer. */
async function as(issuer: OwnIssuer, claims: TokenOptions["claims"] = {}) {
  const scopes = issuer === first ? { scope: SCOPES } : { groups: SCOPES.split(" ") };
  const token = await issuer.token({ claims: { scope: "", ...scopes, ...claims } });
  return { authorization: `Bearer ${token}` };
}

interface Sent {
  readonly method?: string;
  readonly json?: unknown;
}

function send(path: string, headers: Record<string, string>, options: Sent = {}) {
  return service.request(path, { ...options, user: null, headers });
}

describe("A service with several issuers", () => {
  it("takes the tokens of each, by its own rules", async () => {
    for (const issuer of [first, second]) {
      const { items } = await succeed<Page<unknown>>(send("/words", await as(issuer)));
      expect(items).toHaveLength(3);
    }
    const readers = { scope: "Readers", groups: ["Readers"] };
    expect((await answer(send("/words", await as(second, readers))))[0]).toBe(200);
    expect((await problemOf(await send("/words", await as(first, readers)))).code)
      .toBe("insufficient_scope");
  });

  it("says which claim is outside the issuer's limits", async () => {
    const response = await send("/words", await as(second, { tenant: "initech" }));
    const problem = await problemOf(response);
    expect([problem.status, problem.code]).toEqual([401, "invalid_token"]);
    expect(problem.detail).toContain('"tenant" has a value that its issuer may not give it');
    expect(response.headers.get("www-authenticate")).toContain("'tenant'");
    expect((await answer(send("/words", await as(first, { tenant: "initech" }))))[0]).toBe(200);
  });

  it("refuses a token that says another issuer than its key", async () => {
    for (const [says, signs] of [[first, second], [second, first]] as const) {
      const token = await says.token({ by: signs.keys[0]!, claims: { scope: SCOPES } });
      const response = await send("/words", { authorization: `Bearer ${token}` });
      expect((await problemOf(response)).code).toBe("invalid_token");
    }
  });

  it("binds cursors to the issuer", async () => {
    const { next_cursor } = await succeed<Page<unknown>>(
      send("/words?limit=1", await as(first)),
    );
    const path = `/words?limit=1&cursor=${next_cursor}`;
    expect((await answer(send(path, await as(first))))[0]).toBe(200);
    expect((await problemOf(await send(path, await as(second)))).code).toBe("invalid_cursor");
  });

  it("derives ids by issuer", async () => {
    const key = crypto.randomUUID();
    const order = async (issuer: OwnIssuer) => {
      const headers = { ...await as(issuer), "idempotency-key": key };
      const sent = send("/orders", headers, { method: "POST", json: { words: "one owl" } });
      return (await succeed<{ order_id: string }>(sent)).order_id;
    };
    const [one, again, other] = [await order(first), await order(first), await order(second)];
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  it("gives each issuer's caller a share of its own", async () => {
    const headers = await as(first);
    const waiting = [send("/held", headers), send("/held", headers)];
    await eventually("they are held", () => held.length === 2);
    expect((await problemOf(await send("/words", headers))).code).toBe("too_many_in_flight");
    expect((await answer(send("/words", await as(second))))[0]).toBe(200);
    for (const release of held.splice(0)) release();
    for (const response of waiting) expect((await response).status).toBe(204);
  });

  it("logs and counts by issuer", async () => {
    for (const issuer of [first, second]) {
      await succeed(send("/old", await as(issuer)));
    }
    const seen = service.observations.flatMap((observation) =>
      observation.kind === "request" && observation.route === "/old"
        ? [[observation.issuer, observation.subject]]
        : []
    );
    expect(seen).toEqual([[first.issuer, "someone"], [second.issuer, "someone"]]);
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    for (const { issuer } of [first, second]) {
      expect(metrics).toContain(
        `cqlgate_deprecated_requests_total{method="GET",route="/old",issuer="${issuer}",client="writer"} 1`,
      );
      expect(metrics).toContain(`cqlgate_issuer_up{issuer="${issuer}"} 1`);
    }
    expect(metrics).toContain(`cqlgate_issuer_up{issuer="${away}"} 0`);
  });

  it("is ready and serves while an issuer is away, whose tokens alone get 503", async () => {
    const token = await first.token({ claims: { iss: away, scope: SCOPES } });
    const response = await send("/words", { authorization: `Bearer ${token}` });
    expect((await problemOf(response)).code).toBe("issuer_unavailable");
    expect((await answer(send("/words", await as(second, { sub: "new" }))))[0]).toBe(200);
    expect((await answer(fetch(`${service.url}/readyz`)))[0]).toBe(200);
    const warned = service.observations.filter((each) => each.kind === "issuer_keys");
    expect(warned).toContainEqual(
      expect.objectContaining({ issuer: away, fetched: false, usable: false }),
    );
  });

  it("names them in the OpenAPI document", async () => {
    const { components } = await succeed<{
      components: { securitySchemes: Record<string, { description: string }> };
    }>(service.request("/openapi.json"));
    const [scheme] = Object.values(components.securitySchemes);
    for (const issuer of [first.issuer, second.issuer, away]) {
      expect(scheme!.description).toContain(`\`${issuer}\``);
    }
  });
});
