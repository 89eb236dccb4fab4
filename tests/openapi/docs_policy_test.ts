/**
 * `/docs` as it is sent: its policy, its settings, and its files.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { DOCS_CLIENT_ID } from "../../dev/oidc/people.ts";
import { DEV_AUDIENCE, startOidcProvider } from "../../dev/oidc/provider.ts";
import { freePort } from "../../dev/ports.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE words (word text PRIMARY KEY);",
  queries: `
-- name: list_words :many
-- @route GET /words
-- @scope stations:read
SELECT word FROM words;
`,
};

/** The page's policy, by directive, and what its script is told. */
async function readPage(service: OwnService) {
  const response = await service.request("/docs", { user: null });
  const page = await response.text();
  const policy = Object.fromEntries(
    response.headers.get("content-security-policy")!.split("; ").map((directive) => {
      const [name, ...sources] = directive.split(" ");
      return [name, sources];
    }),
  );
  const settings = /data-settings="([^"]*)"/.exec(page)![1]!.replaceAll("&quot;", '"');
  return { response, page, policy, settings: JSON.parse(settings) };
}

describe("The policy of /docs", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL, {
      env: { DOCS_CLIENT_ID, DOCS_SCOPES: "stations:read", API_TITLE: '<b>"&' },
    });
  });
  after(() => service?.[Symbol.asyncDispose]());

  it("allows this service, and the issuer's token endpoint", async () => {
    const { policy, settings } = await readPage(service);
    const { issuer } = service.provider;
    expect(policy).toMatchObject({
      "default-src": ["'none'"],
      "script-src": ["'self'"],
      "connect-src": ["'self'", issuer],
      "form-action": ["'none'"],
      "frame-ancestors": ["'none'"],
      "base-uri": ["'none'"],
    });
    expect(settings).toEqual({
      canLogIn: "yes",
      login: {
        clientId: DOCS_CLIENT_ID,
        audience: DEV_AUDIENCE,
        scopes: "stations:read",
        authorization: `${issuer}/auth`,
        token: `${issuer}/token`,
      },
    });
  });

  it("has a nonce that no other page has, only for styles", async () => {
    const [one, other] = [await readPage(service), await readPage(service)];
    const nonce = /csp-nonce" content="([^"]{20,})"/.exec(one.page)![1]!;
    expect(one.policy["style-src"]).toContain(`'nonce-${nonce}'`);
    expect(one.policy["script-src"]).not.toContain(`'nonce-${nonce}'`);
    expect(other.page).not.toContain(nonce);
    expect(one.response.headers.get("cache-control")).toBe("no-store");
  });

  it("holds whatever the API is called", async () => {
    const { page } = await readPage(service);
    expect(page).not.toContain("<b>");
    expect(page).toContain("&lt;b&gt;&quot;&amp;");
    expect(page.match(/<script/g)).toHaveLength(1);
  });

  it("goes with files that are asked for again, and sent again only if they changed", async () => {
    const get = (headers: Record<string, string>) =>
      service.request("/docs/docs.js", { user: null, headers });
    const plain = await get({ "accept-encoding": "identity" });
    const etag = plain.headers.get("etag")!;
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(plain.headers.get("cache-control")).toBe("no-cache, no-transform");
    const compressed = await get({ "accept-encoding": "gzip" });
    expect(await compressed.text()).toBe(await plain.text());
    const gzipTag = compressed.headers.get("etag")!;
    expect(compressed.headers.get("content-encoding")).toBe("gzip");
    expect(gzipTag).not.toBe(etag);
    const [identity, gzip] = ["identity", "gzip"];
    const CASES: [coding: string, asked: string, status: number][] = [
      [identity, etag, 304],
      [gzip, gzipTag, 304],
      // What a cache has in one coding is not what another caller can read.
      [identity, gzipTag, 200],
      [gzip, etag, 200],
      [identity, `"a", ${etag}`, 304],
      [identity, `W/${etag}`, 304],
      [identity, "*", 304],
      [identity, etag.slice(1, -1), 200],
    ];
    for (const [coding, asked, status] of CASES) {
      const again = await get({ "if-none-match": asked, "accept-encoding": coding });
      await again.body?.cancel();
      expect([coding, asked, again.status]).toEqual([coding, asked, status]);
      expect(again.headers.get("etag")).toBe(coding === gzip ? gzipTag : etag);
    }
  });
});

describe("Logging in on /docs", () => {
  it("is not possible without a client", async () => {
    await using service = await startOwnService(CQL);
    const { policy, settings } = await readPage(service);
    expect(policy["connect-src"]).toEqual(["'self'"]);
    expect(settings).toEqual({ canLogIn: "no", login: null });
  });

  it("waits for an issuer that is away, and the page does not", async () => {
    const away = `http://127.0.0.1:${freePort()}`;
    await using service = await startOwnService(CQL, {
      env: { OIDC_ISSUER: away, DOCS_CLIENT_ID },
    });
    const { policy, settings } = await readPage(service);
    expect(policy["connect-src"]).toEqual(["'self'"]);
    expect(settings).toEqual({ canLogIn: "later", login: null });
  });

  it("goes to the first of several issuers", async () => {
    const first = await startOidcProvider({ port: freePort() });
    const OIDC_ISSUERS = JSON.stringify([
      { issuer: first.issuer, audience: "first" },
      { issuer: `http://127.0.0.1:${freePort()}`, audience: "second" },
    ]);
    await using service = await startOwnService(CQL, {
      env: { DOCS_CLIENT_ID, OIDC_ISSUER: "", OIDC_AUDIENCE: "", OIDC_ISSUERS },
    });
    const { policy, settings } = await readPage(service);
    await first.close();
    expect(policy["connect-src"]).toEqual(["'self'", first.issuer]);
    expect(settings.login).toMatchObject({ audience: "first", token: `${first.issuer}/token` });
  });
});
