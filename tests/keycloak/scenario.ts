/**
 * `deno task test:keycloak`: the service with a real Keycloak. It is not part of `deno task test`: it fetches
 * 160 MB once, and needs a Chromium and 700 MB of memory while it runs.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import * as jose from "jose";
import { launchChromium, skipBrowser } from "../support/clients/chromium.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, type Page, startOwnService, succeed } from "../support/own_service.ts";
import { startKeycloak } from "./keycloak.ts";
import {
  AUDIENCE,
  createRealm,
  JANE,
  type PersonTokens,
  type Realm,
  REDIRECT_URI,
} from "./realm.ts";

const CQL = {
  migration: `CREATE TABLE stations (tenant text, name text, PRIMARY KEY ((tenant), name));`,
  queries: `
-- name: list_stations :many
-- @route GET /stations
-- @scope stations:read
-- @param tenant in claim:tenant
SELECT name FROM stations WHERE tenant = :tenant;

-- name: add_station :exec
-- @route PUT /stations/{name}
-- @scope stations:write
-- @param tenant in claim:tenant
INSERT INTO stations (tenant, name) VALUES (:tenant, :name);
`,
};
const ROLES = {
  "Weather Admins": ["stations:read", "stations:write"],
  "Weather Readers": ["stations:read"],
};

const stack = new AsyncDisposableStack();
let realm: Realm;
let service: OwnService;
before(async () => {
  const keycloak = stack.use(await startKeycloak());
  realm = await createRealm(keycloak);
  const rolesFile = await Deno.makeTempFile({ prefix: "cqlgate-test-" });
  stack.defer(() => Deno.remove(rolesFile));
  await Deno.writeTextFile(rolesFile, JSON.stringify(ROLES));
  service = stack.use(
    await startOwnService(CQL, {
      env: {
        OIDC_ISSUER: realm.issuer,
        OIDC_AUDIENCE: AUDIENCE,
        OIDC_SCOPE_CLAIM: "groups",
        ROLES_FILE: rolesFile,
      },
    }),
  );
});
after(() => stack.disposeAsync());

function send(token: string, { method = "GET", path = "/stations" } = {}): Promise<Response> {
  return service.request(path, {
    method,
    user: null,
    headers: { authorization: `Bearer ${token}` },
    ...(method === "PUT" ? { json: {} } : {}),
  });
}

async function statusOf(response: Promise<Response>): Promise<number> {
  const { body, status } = await response;
  await body?.cancel();
  return status;
}

async function machineToken(): Promise<string> {
  const token = await realm.clientToken("importer");
  expect(token).not.toBeNull();
  return token!;
}

const kidOf = (token: string) => jose.decodeProtectedHeader(token).kid;

/** Logs Jane in as a web page would: the code flow with PKCE, in a browser. */
async function logIn(): Promise<PersonTokens> {
  const verifier = crypto.getRandomValues(new Uint8Array(32)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    client_id: "weather-web",
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "openid",
    state: crypto.randomUUID(),
    nonce: crypto.randomUUID(),
    code_challenge: jose.base64url.encode(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const returned = page.waitForRequest((request) => request.url().startsWith(REDIRECT_URI));
    await page.goto(`${realm.issuer}/protocol/openid-connect/auth?${query}`);
    await page.fill("#username", JANE.username);
    await page.fill("#password", JANE.password);
    await page.click("#kc-login");
    const { searchParams } = new URL((await returned).url());
    expect(searchParams.get("state")).toBe(query.get("state"));
    return await realm.exchange(searchParams.get("code")!, verifier);
  } finally {
    await browser.close();
  }
}

describe("With Keycloak, a machine", () => {
  it("has the scopes of its groups, and the tenant of its service account", async () => {
    const token = await machineToken();
    expect(jose.decodeJwt(token)).toMatchObject({
      typ: "Bearer",
      aud: AUDIENCE,
      tenant: "acme",
      groups: ["Weather Admins"],
    });
    await succeed(send(token, { method: "PUT", path: "/stations/Pier" }));
    const { items } = await succeed<Page<{ name: string }>>(send(token));
    expect(items).toEqual([{ name: "Pier" }]);
  });

  it("is refused without the audience", async () => {
    const token = await realm.clientToken("stranger");
    const problem = await problemOf(await send(token!));
    expect([problem.status, problem.code]).toEqual([401, "invalid_token"]);
    expect(problem.detail).toContain('claim "aud"');
  });
});

describe("With Keycloak, a person", { skip: skipBrowser }, () => {
  let tokens: PersonTokens;
  before(async () => {
    tokens = await logIn();
  });

  it("reads the rows of her own tenant, and may not write", async () => {
    const { items } = await succeed<Page<unknown>>(send(tokens.access_token));
    expect(items).toEqual([]);
    const put = await send(tokens.access_token, { method: "PUT", path: "/stations/Pier" });
    expect((await problemOf(put)).code).toBe("insufficient_scope");
  });

  it("cannot use an ID or a refresh token", async () => {
    const { id_token, refresh_token } = tokens;
    expect(jose.decodeJwt(id_token).typ).toBe("ID");
    expect(jose.decodeJwt(refresh_token).typ).toBe("Refresh");
    for (const token of [id_token, refresh_token]) {
      const problem = await problemOf(await send(token));
      expect([problem.status, problem.code]).toEqual([401, "invalid_token"]);
    }
  });
});

describe("With Keycloak, a realm key", () => {
  it("may be rotated, twice in a moment too, and old tokens stay valid", async () => {
    const tokens = [await machineToken()];
    for (let count = 0; count < 2; count++) {
      await realm.rotate();
      tokens.push(await machineToken());
      expect(await statusOf(send(tokens.at(-1)!))).toBe(200);
    }
    expect(new Set(tokens.map(kidOf)).size).toBe(3);
    expect(await statusOf(send(tokens[0]!))).toBe(200);
  });

  it("verifies nothing any more once it is deleted and keys were fetched", async () => {
    const [old, known] = [await machineToken(), await machineToken()];
    expect(await statusOf(send(known))).toBe(200);
    await realm.rotate();
    await realm.deleteOldKeys();
    // Its key is not known yet, so that keys are fetched.
    const current = await machineToken();
    expect(kidOf(current)).not.toBe(kidOf(old));
    expect(await statusOf(send(current))).toBe(200);
    expect(await statusOf(send(old))).toBe(401);
    // A token that was verified is taken for a minute.
    expect(await statusOf(send(known))).toBe(200);
  });
});

describe("With Keycloak, a disabled client", () => {
  it("gets no new token, and its last one is taken until it expires", async () => {
    const last = await machineToken();
    await realm.disable("importer");
    expect(await realm.clientToken("importer")).toBeNull();
    expect(await statusOf(send(last))).toBe(200);
  });
});
