import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { tellScopes } from "./demo_users.ts";
import { startOidcProvider } from "./oidc/provider.ts";
import { freePort } from "./ports.ts";

describe("tellScopes()", () => {
  it("names the users' scopes when they change, and only then", async () => {
    await using stack = new AsyncDisposableStack();
    const provider = await startOidcProvider({ port: freePort() });
    stack.defer(() => provider.close());
    const { issuer } = provider;
    const scopes = { all: ["chat:read", "chat:write"], reading: ["chat:read"] };
    expect(await tellScopes(issuer, scopes)).toBe(`\
The demo users have other scopes now, in new tokens:
  writer    tenant acme, scopes chat:read chat:write
  reader    tenant globex, scopes chat:read`);
    expect(await tellScopes(issuer, scopes)).toBe(null);
    expect(await tellScopes(issuer, { ...scopes, reading: [] }))
      .toContain("reader    tenant globex, no scopes");
  });
});
