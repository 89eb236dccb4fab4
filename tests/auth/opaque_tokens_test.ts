/**
 * Opaque tokens of a real provider on the running service, which asks the provider about them.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { DEV_AUDIENCE } from "../../dev/oidc/provider.ts";
import { type DpopKey, makeProof, newDpopKey } from "../support/auth/dpop_client.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";
import { GATEWAY, type OpaqueProvider, startOpaqueProvider } from "./opaque_provider.ts";

const PUBLIC_URL = "https://api.example.com";

const stack = new AsyncDisposableStack();
let provider: OpaqueProvider;
let service: TestService;
before(async () => {
  provider = stack.use(await startOpaqueProvider());
  const secretFile = await Deno.makeTempFile({ prefix: "cqlgate-test-" });
  stack.defer(() => Deno.remove(secretFile));
  await Deno.writeTextFile(secretFile, `${GATEWAY.clientSecret}\n`);
  service = stack.use(
    await startTestService({
      cqlDir: EXAMPLE,
      env: {
        OIDC_ISSUER: provider.issuer,
        OIDC_AUDIENCE: DEV_AUDIENCE,
        PUBLIC_URL,
        INTROSPECTION_CLIENT_ID: GATEWAY.clientId,
        INTROSPECTION_CLIENT_SECRET_FILE: secretFile,
      },
    }),
  );
});
after(() => stack.disposeAsync());

function get(token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return service.request("/stations", { user: null, headers });
}

describe("An opaque token", () => {
  it("is taken for what its issuer says of it", async () => {
    const response = await get(await provider.token("stations:read"));
    expect([response.status, await response.json()]).toEqual([200, expect.any(Object)]);
    const weak = await get(await provider.token("stations:write"));
    expect((await problemOf(weak)).code).toBe("insufficient_scope");
    const observed = service.observations.findLast((each) => each.kind === "request");
    expect(observed).toMatchObject({ issuer: provider.issuer, subject: "app", clientId: "app" });
  });

  it("is refused if its issuer does not know it", async () => {
    for (const token of ["unknown", "a.b.c"]) {
      const problem = await problemOf(await get(token));
      expect([problem.status, problem.code]).toEqual([401, "invalid_token"]);
    }
  });

  it("is taken only with a proof if its issuer says that it is bound to a key", async () => {
    const key = await newDpopKey();
    const token = await provider.token(
      "stations:read",
      (url) => makeProof(key, { method: "POST", url, token: null }),
    );
    const send = async (scheme: string, by: DpopKey, nonce?: string) => {
      const dpop = await makeProof(by, { url: `${PUBLIC_URL}/stations`, token, nonce });
      const headers = { authorization: `${scheme} ${token}`, dpop };
      const response = await service.request("/stations", { user: null, headers });
      await response.body?.cancel();
      return response;
    };
    expect((await get(token)).status).toBe(401);
    const first = await send("DPoP", key);
    expect(first.status).toBe(401);
    const nonce = first.headers.get("dpop-nonce")!;
    expect((await send("DPoP", key, nonce)).status).toBe(200);
    expect((await send("Bearer", key, nonce)).status).toBe(401);
    expect((await send("DPoP", await newDpopKey(), nonce)).status).toBe(401);
  });

  it("is refused soon after it was revoked", async () => {
    const token = await provider.token("stations:read");
    expect((await get(token)).status).toBe(200);
    await provider.revoke(token);
    await eventually("it is refused", async () => {
      const { status, body } = await get(token);
      await body?.cancel();
      return status === 401;
    });
  });
});
