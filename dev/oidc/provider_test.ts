import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { freePort } from "../ports.ts";
import { DEV_AUDIENCE, type OidcProvider, startOidcProvider, USERS_PATH } from "./provider.ts";
import { fetchDemoUsers, fetchToken, sendScopes } from "./token_request.ts";
import { demoUsers } from "./users.ts";

async function getJson(url: string) {
  return await (await fetch(url)).json();
}

describe("startOidcProvider()", () => {
  let provider: OidcProvider;
  let issuer: string;

  before(async () => {
    provider = await startOidcProvider({ port: freePort() });
    issuer = provider.issuer;
  });
  after(() => provider.close());

  it("publishes discovery for its issuer", async () => {
    const discovery = await getJson(`${issuer}/.well-known/openid-configuration`);
    expect(discovery.issuer).toBe(issuer);
    expect(discovery.jwks_uri.startsWith(issuer)).toBe(true);
    expect(discovery.grant_types_supported).toContain("client_credentials");
  });

  it("publishes no private key", async () => {
    const { keys } = await getJson(`${issuer}/jwks`);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(key).not.toHaveProperty("d");
  });

  for (const [user, { tenant, scopes }] of Object.entries(demoUsers())) {
    it(`gives "${user}" a signed token with its tenant and all its scopes`, async () => {
      const token = await fetchToken({ issuer, user });
      const { payload, protectedHeader } = await jwtVerify(
        token,
        createRemoteJWKSet(new URL(`${issuer}/jwks`)),
        { issuer, audience: DEV_AUDIENCE, typ: "at+jwt" },
      );
      expect(protectedHeader.alg).toBe("ES256");
      expect(payload).toMatchObject({ sub: user, client_id: user, tenant });
      expect(payload.scope).toBe(scopes.join(" "));
      expect(payload.exp! - payload.iat!).toBe(3_600);
    });
  }

  it("gives a token with only the scopes asked for", async () => {
    const token = await fetchToken({ issuer, user: "writer", scope: "stations:read" });
    expect(decodeJwt(token).scope).toBe("stations:read");
  });

  it("refuses a scope that the client may not have", async () => {
    const response = await fetch(`${issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`reader:${demoUsers().reader!.secret}`)}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: "stations:write" }),
    });
    expect(response.status).toBe(400);
    expect((await response.json()).error).toBe("invalid_scope");
  });

  it("puts claims into a token that are asked for, and none that are its own", async () => {
    const claims = { tenant: "initech", groups: ["ops"], sub: "somebody else", scope: "all" };
    const token = await fetchToken({ issuer, user: "reader", claims });
    expect(decodeJwt(token)).toMatchObject({
      sub: "reader",
      tenant: "initech",
      groups: ["ops"],
      scope: "stations:read observations:read",
    });
  });

  it("gives its users the scopes of another project", async () => {
    await using stack = new AsyncDisposableStack();
    const other = await startOidcProvider({ port: freePort() });
    stack.defer(() => other.close());
    const before = await fetchToken({ issuer: other.issuer, user: "writer" });
    await sendScopes(other.issuer, {
      all: ["videos:read", "videos:cut"],
      reading: ["videos:read"],
    });
    const scopeOf = async (user: string) =>
      decodeJwt(await fetchToken({ issuer: other.issuer, user })).scope;
    expect([await scopeOf("writer"), await scopeOf("reader")])
      .toEqual(["videos:read videos:cut", "videos:read"]);
    await expect(fetchToken({ issuer: other.issuer, user: "reader", scope: "videos:cut" }))
      .rejects.toThrow(
        "It may have: videos:read. These are the scopes of the project that is served.",
      );
    // Tokens from before stay valid.
    await jwtVerify(before, createRemoteJWKSet(new URL(`${other.issuer}/jwks`)));
    // Of one that names none.
    await sendScopes(other.issuer, { all: [], reading: [] });
    expect([await scopeOf("writer"), await scopeOf("reader")]).toEqual([undefined, undefined]);
    await expect(fetchToken({ issuer: other.issuer, user: "reader", scope: "videos:cut" }))
      .rejects.toThrow("It may have no scopes: the project that is served names none.");
  });

  it("takes no scopes from a web page", async () => {
    const response = await fetch(`${issuer}${USERS_PATH}`, {
      method: "PUT",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ all: ["a"], reading: [] }),
    });
    expect(response.status).toBe(400);
    expect(Object.keys(await fetchDemoUsers(issuer))).toEqual(["writer", "reader"]);
  });

  it("refuses a wrong secret", async () => {
    const response = await fetch(`${issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa("reader:wrong")}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });

  it("signs with a new key after rotateKeys(), and keeps the old one published", async () => {
    const before = decodeProtectedHeader(await fetchToken({ issuer, user: "reader" })).kid;
    await provider.rotateKeys();
    const after = decodeProtectedHeader(await fetchToken({ issuer, user: "reader" })).kid;
    expect(after).not.toBe(before);
    const kids = (await getJson(`${issuer}/jwks`)).keys.map(({ kid }: { kid: string }) => kid);
    expect(kids).toContain(before);
    expect(kids).toContain(after);
  });

  it("keeps its keys in the file, and the token's lifetime as asked", async () => {
    const directory = await Deno.makeTempDir();
    const options = {
      port: freePort(),
      keysFile: `${directory}/keys.json`,
      tokenTtlSeconds: 60,
    };
    const kids: unknown[] = [];
    for (let run = 0; run < 2; run++) {
      const provider = await startOidcProvider(options);
      const token = await fetchToken({ issuer: provider.issuer, user: "reader" });
      const { iat, exp } = decodeJwt(token);
      expect(exp! - iat!).toBe(60);
      kids.push(decodeProtectedHeader(token).kid);
      await provider.close();
    }
    expect(kids[0]).toBe(kids[1]);
    await Deno.remove(directory, { recursive: true });
  });
});

describe("fetchToken()", () => {
  let provider: OidcProvider;
  before(async () => {
    provider = await startOidcProvider({ port: freePort() });
  });
  after(() => provider.close());

  const cases = [
    { name: "an unknown user", user: "bob", message: "The demo users are: writer, reader." },
    { name: "a name from Object.prototype", user: "toString", message: "no such user" },
    {
      name: "a scope that the user may not have",
      user: "reader",
      scope: "stations:read stations:write",
      message: 'it may not have "stations:write"',
    },
  ];
  for (const { name, message, ...request } of cases) {
    it(`rejects ${name}`, async () => {
      await expect(fetchToken({ issuer: provider.issuer, ...request })).rejects.toThrow(message);
    });
  }

  it("rejects a provider that does not run, and one that is not the local one", async () => {
    const issuer = `http://localhost:${freePort()}`;
    await expect(fetchToken({ issuer, user: "reader" }))
      .rejects.toThrow(`Cannot reach the OIDC provider at "${issuer}"`);
    await expect(fetchToken({ issuer: `${provider.issuer}/other`, user: "reader" }))
      .rejects.toThrow("/other/demo-users answers 404");
  });
});

describe("token.ts", () => {
  async function runToken(issuer: string, args: string[]) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", new URL("./token.ts", import.meta.url).href, ...args],
      env: { OIDC_ISSUER: issuer },
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  it("prints the token, a line feed and nothing else", async () => {
    const provider = await startOidcProvider({ port: freePort() });
    const { code, stdout, stderr } = await runToken(provider.issuer, ["--user", "writer"]);
    await provider.close();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  for (
    const args of [[], ["--user", "bob"], ["--user"], ["--name", "writer"], [
      ...["--user", "writer", "--claim", "org_id"],
    ], ["--user", "writer", "--claim", "sub=x"]]
  ) {
    it(`ends with 1 and a message for "${args.join(" ")}"`, async () => {
      const { code, stdout, stderr } = await runToken("http://localhost:1", args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).not.toBe("");
    });
  }
});
