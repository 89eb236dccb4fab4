import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { createHash } from "node:crypto";
import { freePort } from "../ports.ts";
import { DOCS_CLIENT_ID } from "./people.ts";
import { DEV_AUDIENCE, type OidcProvider, startOidcProvider } from "./provider.ts";
import { demoUsers } from "./users.ts";

const PAGE = "http://127.0.0.1:7357/weather/docs";
const ALL_SCOPES = demoUsers().writer!.scopes.join(" ");
const VERIFIER = "v".repeat(43);
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

/** A browser, as far as cookies go. */
class Visitor {
  readonly #cookies = new Map<string, string>();

  /** Follows redirects until something is shown, or they lead to the docs page. */
  async open(url: string, init: RequestInit = {}): Promise<Response & { readonly at: URL }> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { ...init, redirect: "manual", headers: { cookie } });
    for (const header of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(header)!;
      this.#cookies.set(name!, value!);
    }
    const location = response.headers.get("location");
    const at = new URL(location ?? url, url);
    if (location === null || at.href.startsWith(PAGE)) return Object.assign(response, { at });
    await response.body?.cancel();
    return await this.open(at.href);
  }
}

describe("People at the provider", () => {
  let provider: OidcProvider;
  before(async () => {
    provider = await startOidcProvider({ port: freePort() });
  });
  after(() => provider.close());

  function authorize(visitor: Visitor, changes: Record<string, string | null> = {}) {
    const parameters = {
      client_id: DOCS_CLIENT_ID,
      response_type: "code",
      redirect_uri: PAGE,
      scope: ALL_SCOPES,
      state: "s",
      code_challenge: CHALLENGE,
      code_challenge_method: "S256",
      ...changes,
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== null) query.set(name, value);
    }
    return visitor.open(`${provider.issuer}/auth?${query}`);
  }

  async function choose(visitor: Visitor, user: string) {
    const { at, body } = await authorize(visitor);
    await body?.cancel();
    return await visitor.open(at.href, { method: "POST", body: new URLSearchParams({ user }) });
  }

  function redeem(code: string, verifier = VERIFIER) {
    return fetch(`${provider.issuer}/token`, {
      method: "POST",
      headers: { origin: new URL(PAGE).origin },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: DOCS_CLIENT_ID,
        redirect_uri: PAGE,
        code,
        code_verifier: verifier,
      }),
    });
  }

  it("choose a demo user on a page without script", async () => {
    const response = await authorize(new Visitor());
    expect(response.status).toBe(200);
    const page = await response.text();
    for (const user of Object.keys(demoUsers())) {
      expect(page).toContain(`<button name="user" value="${user}">`);
    }
    expect(page).toContain("127.0.0.1:7357/weather/docs");
    expect(page).not.toContain("<script");
    const policy = response.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`form-action 'self' ${new URL(PAGE).origin}`);
  });

  for (const [user, { tenant, scopes }] of Object.entries(demoUsers())) {
    it(`get a token with the scopes of "${user}", however many are asked for`, async () => {
      const { at } = await choose(new Visitor(), user);
      expect([at.origin + at.pathname, at.searchParams.get("state")]).toEqual([PAGE, "s"]);
      const response = await redeem(at.searchParams.get("code")!);
      expect(response.headers.get("access-control-allow-origin")).toBe(new URL(PAGE).origin);
      const { access_token: token } = await response.json();
      const { payload } = await jwtVerify(
        token,
        createRemoteJWKSet(new URL(`${provider.issuer}/jwks`)),
        { issuer: provider.issuer, audience: DEV_AUDIENCE, typ: "at+jwt" },
      );
      expect(payload).toMatchObject({ sub: user, client_id: DOCS_CLIENT_ID, tenant });
      expect(payload.scope).toBe(scopes.join(" "));
    });
  }

  it("stay logged in, until the page asks who is there", async () => {
    const visitor = new Visitor();
    await choose(visitor, "reader");
    expect((await authorize(visitor)).at.searchParams.get("code")).not.toBeNull();
    const again = await authorize(visitor, { prompt: "login" });
    expect(await again.text()).toContain("Log in as reader");
  });

  it("cannot be a user that there is not", async () => {
    const visitor = new Visitor();
    for (const user of ["bob", "toString", "", "x".repeat(5_000)]) {
      const response = await choose(visitor, user);
      expect(response.status).toBe(422);
      expect(await response.text()).toContain("There is no such user");
    }
  });

  it("cannot finish the log-in of another browser", async () => {
    const { at, body } = await authorize(new Visitor());
    await body?.cancel();
    for (const init of [{}, { method: "POST", body: new URLSearchParams({ user: "writer" }) }]) {
      const response = await new Visitor().open(at.href, init);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("This log-in has expired");
    }
  });

  it("need the verifier that belongs to the challenge, once", async () => {
    const code = (await choose(new Visitor(), "reader")).at.searchParams.get("code")!;
    expect(await (await redeem(code, "w".repeat(43))).json())
      .toMatchObject({ error: "invalid_grant" });
    const other = (await choose(new Visitor(), "reader")).at.searchParams.get("code")!;
    expect((await redeem(other)).status).toBe(200);
    expect(await (await redeem(other)).json()).toMatchObject({ error: "invalid_grant" });
  });

  const REFUSED: [what: string, changes: Record<string, string | null>][] = [
    ["without PKCE", { code_challenge: null, code_challenge_method: null }],
    ["with a plain challenge", { code_challenge: VERIFIER, code_challenge_method: "plain" }],
  ];
  for (const [what, changes] of REFUSED) {
    it(`get no code ${what}`, async () => {
      const { at } = await authorize(new Visitor(), changes);
      expect(at.searchParams.get("error")).toBe("invalid_request");
      expect(at.searchParams.get("code")).toBeNull();
    });
  }

  for (
    const uri of [
      "https://evil.example/docs",
      "http://127.0.0.1.evil.example/docs",
      "http://localhost@evil.example/docs",
      "http://127.0.0.1:7357/elsewhere",
      "http://127.0.0.1:7357/docs?next=x",
      "http://127.0.0.1:7357/docs#x",
      "javascript:alert(1)//docs",
    ]
  ) {
    it(`are not sent back to ${uri}`, async () => {
      const response = await authorize(new Visitor(), { redirect_uri: uri });
      expect([response.status, response.headers.get("location")]).toEqual([400, null]);
      await response.body?.cancel();
    });
  }
});
