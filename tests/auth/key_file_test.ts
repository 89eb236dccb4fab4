/**
 * A service whose issuer's keys are in a file: it never needs the issuer, and follows the file.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type * as jose from "jose";
import { DEV_AUDIENCE } from "../../dev/oidc/provider.ts";
import { type OwnIssuer, startOwnIssuer } from "../support/auth/own_issuer.ts";
import { newKey, publicPart } from "../support/auth/token_signer.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";

const stack = new AsyncDisposableStack();
let issuer: OwnIssuer;
let service: TestService;
let path: string;
before(async () => {
  issuer = stack.use(await startOwnIssuer());
  path = await Deno.makeTempFile({ prefix: "cqlgate-test-", suffix: ".json" });
  stack.defer(() => Deno.remove(path));
  await write(...issuer.keys);
  service = stack.use(
    await startTestService({
      cqlDir: EXAMPLE,
      env: { OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: DEV_AUDIENCE, JWT_JWKS_FILE: path },
    }),
  );
});
after(() => stack.disposeAsync());

async function write(...keys: readonly jose.JWK[]): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify({ keys: keys.map(publicPart) }));
}

/** The status of a request by somebody whose token was not seen before. */
async function statusBy(key: jose.JWK): Promise<number> {
  const token = await issuer.token({ by: key, claims: { sub: crypto.randomUUID() } });
  const { body, status } = await service.request("/stations", {
    user: null,
    headers: { authorization: `Bearer ${token}` },
  });
  await body?.cancel();
  return status;
}

describe("A service with a file of keys", () => {
  it("takes tokens that they fit, and no others", async () => {
    expect(await statusBy(issuer.keys[0]!)).toBe(200);
    expect(await statusBy({ ...await newKey(), kid: "first" })).toBe(401);
    expect(await statusBy({ ...await newKey(), kid: "unknown" })).toBe(401);
  });

  it("takes a key at once that is added, and refuses a key soon that is removed", async () => {
    const old = issuer.keys[0]!;
    await issuer.rotate();
    const [current] = issuer.keys;
    expect(await statusBy(current!)).toBe(401);
    await write(current!, old);
    expect([await statusBy(current!), await statusBy(old)]).toEqual([200, 200]);
    await write(current!);
    await eventually("the old key is refused", async () => await statusBy(old) === 401);
    expect(await statusBy(current!)).toBe(200);
  });

  it("keeps its keys if the file is unusable, and says so", async () => {
    const [key] = issuer.keys;
    await Deno.writeTextFile(path, "{");
    await eventually(
      "it is reported",
      () => service.observations.some((each) => each.kind === "issuer_keys" && !each.fetched),
    );
    expect(await statusBy(key!)).toBe(200);
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(metrics).toContain(`cqlgate_issuer_up{issuer="${issuer.issuer}"} 0`);
    await write(key!);
    await eventually(
      "it is well again",
      () => service.observations.findLast((each) => each.kind === "issuer_keys")!.fetched,
    );
  });

  it("never asks the issuer", () => {
    expect(issuer.requests).toEqual([]);
  });
});
