import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import * as jose from "jose";
import { DEV_AUDIENCE } from "../dev/oidc/provider.ts";
import { start } from "../main.ts";
import { problemOf, startTestService, type TestService } from "./support/harness.ts";

const QUERIES = `
-- name: read_notice :one
-- What everybody may read.
-- @route GET /notice
-- @public
SELECT release_version AS notice FROM system.local;

-- name: audit_stations :many
-- For auditors, and for those who may read both stations and observations.
-- @route GET /audit
-- @scope audit
-- @scope stations:read observations:read
-- @param tenant_id in claim:tenant
SELECT station_id FROM stations WHERE tenant_id = :tenant_id;
`;

let service: TestService & AsyncDisposable;
let keysFile: string;
/** The provider's own key, as whoever stole it would have it. */
let key: jose.JWK;
let header: jose.JWTHeaderParameters;

before(async () => {
  keysFile = await Deno.makeTempFile({ prefix: "cqlgate-test-" });
  await Deno.remove(keysFile);
  service = await startTestService({ keysFile, cql: { queries: QUERIES } });
  [key] = JSON.parse(await Deno.readTextFile(keysFile));
  header = jose.decodeProtectedHeader(await service.token("writer")) as jose.JWTHeaderParameters;
});
after(async () => {
  await service[Symbol.asyncDispose]();
  await Deno.remove(keysFile);
});

const SCOPE = "stations:read observations:read";

/** What a token of this provider claims; undefined leaves a claim out. */
function claims(changes: { [claim: string]: unknown } = {}): jose.JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: service.provider.issuer,
    aud: DEV_AUDIENCE,
    sub: "someone",
    client_id: "writer",
    iat: now,
    exp: now + 300,
    scope: SCOPE,
    tenant: "acme",
    ...changes,
  };
}

async function sign(
  payload: jose.JWTPayload,
  { by = key, as = header }: { by?: jose.JWK; as?: jose.JWTHeaderParameters } = {},
): Promise<string> {
  return await new jose.SignJWT(payload).setProtectedHeader(as)
    .sign(await jose.importJWK(by, as.alg));
}

function get(path: string, token: string): Promise<Response> {
  return service.request(path, { user: null, headers: { authorization: `Bearer ${token}` } });
}

async function statusOf(response: Promise<Response>): Promise<number> {
  const { body, status } = await response;
  await body?.cancel();
  return status;
}

function publicPart({ d: _, ...rest }: jose.JWK): jose.JWK {
  return rest;
}

async function newKey(): Promise<jose.JWK> {
  const { privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  return await jose.exportJWK(privateKey);
}

describe("A request without a token", () => {
  it("is answered with 401 and the scheme", async () => {
    const response = await service.request("/stations", { user: null });
    const challenge = response.headers.get("www-authenticate");
    expect([response.status, challenge]).toEqual([401, 'Bearer realm="cqlgate"']);
    expect((await problemOf(response)).code).toBe("missing_token");
  });

  it("is served on a public route", async () => {
    expect(await statusOf(service.request("/notice", { user: null }))).toBe(200);
  });

  it("is refused before anything else is looked at", async () => {
    const response = await service.request("/stations?nonsense=1", {
      method: "POST",
      user: null,
      body: "not JSON",
    });
    expect((await problemOf(response)).code).toBe("missing_token");
  });
});

describe("The header Authorization", () => {
  const CASES = [
    "Bearer",
    "Bearer ",
    "Basic d3JpdGVyOnNlY3JldA==",
    "Bearer a b",
    "Bearer a,b",
    "token",
  ];
  for (const value of CASES) {
    it(`is refused as "${value}"`, async () => {
      const response = await service.request("/stations", {
        user: null,
        headers: { authorization: value },
      });
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer .*error="invalid_/);
      expect((await problemOf(response)).code).toBe("invalid_token");
    });
  }

  it("may spell its scheme in any case", async () => {
    const authorization = `bEARER ${await service.token("writer")}`;
    const request = service.request("/stations", { user: null, headers: { authorization } });
    expect(await statusOf(request)).toBe(200);
  });
});

describe("A token that is not to be trusted", () => {
  const now = Math.floor(Date.now() / 1000);
  const CASES: Record<string, { make(): string | Promise<string>; detail: RegExp }> = {
    "is no JWT": { make: () => "opaque", detail: /malformed/ },
    "has expired": {
      make: () => sign(claims({ exp: now - 60 })),
      detail: /expired/,
    },
    "never expires": { make: () => sign(claims({ exp: undefined })), detail: /"exp" is missing/ },
    "is not valid yet": { make: () => sign(claims({ nbf: now + 600 })), detail: /"nbf" is wrong/ },
    "has no subject": { make: () => sign(claims({ sub: undefined })), detail: /"sub" is missing/ },
    "is for another audience": {
      make: () => sign(claims({ aud: `${DEV_AUDIENCE}:other` })),
      detail: /"aud" is wrong/,
    },
    "is for nobody": { make: () => sign(claims({ aud: undefined })), detail: /"aud" is missing/ },
    "is from another issuer": {
      make: () => sign(claims({ iss: "https://issuer.example" })),
      detail: /"iss" is wrong/,
    },
    "is from nobody": { make: () => sign(claims({ iss: undefined })), detail: /"iss" is missing/ },
    "is not signed": {
      make: () => new jose.UnsecuredJWT(claims()).encode(),
      detail: /algorithm/,
    },
    "has lost its signature": {
      make: async () => (await sign(claims())).replace(/[^.]+$/, ""),
      detail: /malformed/,
    },
    "was tampered with": {
      make: async () => {
        const [head, , signature] = (await sign(claims())).split(".");
        const payload = jose.base64url.encode(JSON.stringify(claims({ tenant: "globex" })));
        return `${head}.${payload}.${signature}`;
      },
      detail: /not signed by the issuer/,
    },
    "is signed with another key by the same name": {
      make: async () => sign(claims(), { by: await newKey() }),
      detail: /not signed by the issuer/,
    },
    "is signed with a key that the issuer does not have": {
      make: async () => sign(claims(), { by: await newKey(), as: { ...header, kid: "other" } }),
      detail: /not signed by the issuer/,
    },
    "brings its own key": {
      make: async () => {
        const by = await newKey();
        return sign(claims(), { by, as: { alg: "ES256", jwk: publicPart(by) } });
      },
      detail: /not signed by the issuer/,
    },
    "is signed with the public key's PEM as a secret": {
      make: async () => {
        const own = await jose.importJWK(publicPart(key), "ES256", { extractable: true });
        const pem = await jose.exportSPKI(own as CryptoKey);
        return signWithSecret(pem);
      },
      detail: /algorithm/,
    },
    "is signed with the public key's JWK as a secret": {
      make: () => signWithSecret(JSON.stringify(publicPart(key))),
      detail: /algorithm/,
    },
  };

  function signWithSecret(secret: string): Promise<string> {
    return new jose.SignJWT(claims()).setProtectedHeader({ ...header, alg: "HS256" })
      .sign(new TextEncoder().encode(secret));
  }

  for (const [name, { make, detail }] of Object.entries(CASES)) {
    it(`is refused where it ${name}`, async () => {
      const response = await get("/stations", await make());
      const challenge = response.headers.get("www-authenticate");
      const problem = await problemOf(response);
      expect([problem.status, problem.code]).toEqual([401, "invalid_token"]);
      expect(problem.detail).toMatch(detail);
      expect(challenge).toBe(
        `Bearer realm="cqlgate", error="invalid_token", error_description="${
          problem.detail.replaceAll('"', "'")
        }"`,
      );
    });
  }
});

describe("A token to be trusted", () => {
  const CASES: Record<string, () => Promise<string>> = {
    "that the provider issued": () => service.token("writer"),
    "that is signed with the provider's key": () => sign(claims()),
    "that several audiences share": () =>
      sign(claims({ aud: ["urn:example:other", DEV_AUDIENCE] })),
    "that expired a moment ago, as clocks differ": () =>
      sign(claims({ exp: Math.floor(Date.now() / 1000) - 1 })),
    "whose scopes are a list": () => sign(claims({ scope: undefined, scp: SCOPE.split(" ") })),
  };
  for (const [name, make] of Object.entries(CASES)) {
    it(`is one ${name}`, async () => {
      expect(await statusOf(get("/stations", await make()))).toBe(200);
    });
  }
});

describe("Keys that the issuer rotates", () => {
  it("are fetched when a token names one, and the old ones stay good", async () => {
    const old = await service.token("writer");
    await service.provider.rotateKeys();
    const renewed = await service.token("writer");
    expect(jose.decodeProtectedHeader(renewed).kid).not.toBe(jose.decodeProtectedHeader(old).kid);
    // Not more often than every few seconds, and the tests before this one have just made it fetch.
    while (await statusOf(get("/stations", renewed)) !== 200) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await statusOf(get("/stations", old))).toBe(200);
  });
});

describe("Scopes", () => {
  it("that a token lacks are named", async () => {
    const token = await service.token("writer", "stations:read observations:read");
    const response = await service.request("/stations", {
      method: "POST",
      user: null,
      json: { station_id: "s", name: "n" },
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.headers.get("www-authenticate")).toBe(
      'Bearer realm="cqlgate", error="insufficient_scope", scope="stations:write"',
    );
    const problem = await problemOf(response);
    expect([problem.status, problem.code]).toEqual([403, "insufficient_scope"]);
    expect(problem.detail).toContain('"stations:write"');
  });

  const CASES: [string, number][] = [
    ["audit", 200],
    ["stations:read observations:read", 200],
    ["observations:read unrelated stations:read", 200],
    ["stations:read", 403],
    ["observations:read", 403],
    ["audit:write", 403],
    ["AUDIT", 403],
    ["", 403],
  ];
  for (const [scope, status] of CASES) {
    it(`"${scope}" ${status === 200 ? "meet one" : "meet none"} of two alternatives`, async () => {
      expect(await statusOf(get("/audit", await sign(claims({ scope }))))).toBe(status);
    });
  }
});

describe("The tenant", () => {
  for (const tenant of [undefined, "", null]) {
    it(`is required: ${JSON.stringify(tenant) ?? "none"} is refused`, async () => {
      const problem = await problemOf(await get("/stations", await sign(claims({ tenant }))));
      expect([problem.status, problem.code]).toEqual([403, "missing_claim"]);
      expect(problem.detail).toContain('"tenant"');
    });
  }

  it("decides whose rows are there, whatever the URL says", async () => {
    const json = { station_id: "secret", name: "acme's own" };
    await statusOf(service.request("/stations", { method: "POST", json }));
    await statusOf(service.request("/stations/secret/observations", {
      method: "POST",
      json: { observed_at: "2010-01-01T00:00:00Z", temperature: 1 },
    }));
    const paths = [
      "/stations",
      "/stations/secret",
      "/stations/secret/observations/2010-01",
      "/stations/secret/summary/2010-01",
      "/stations?tenant_id=acme",
      "/stations/secret?tenant_id=acme&tenant=acme",
      "/stations/secret/observations/2010-01?tenant_id=acme",
      "/stations/secret/summary/2010-01?tenant_id=acme",
    ];
    for (const path of paths) {
      const own = await (await service.request(path)).text();
      const others = await (await service.request(path, {
        user: "reader",
        headers: { "x-tenant": "acme", "tenant-id": "acme" },
      })).text();
      if (!path.includes("?")) expect(own).toMatch(/secret|2010-01-01T/);
      expect(others).not.toMatch(/acme's own|2010-01-01T/);
    }
  });

  it("is not taken from a body", async () => {
    const json = { station_id: "planted", name: "n", tenant_id: "globex" };
    expect(await statusOf(service.request("/stations", { method: "POST", json }))).toBe(422);
  });
});

describe("A cursor", () => {
  const PATH = "/stations/cursors/observations/2010-01?limit=2";
  let cursor: string;

  before(async () => {
    for (const month of ["2010-01", "2010-02"]) {
      for (const day of ["01", "02", "03", "04", "05"]) {
        const json = { observed_at: `${month}-${day}T00:00:00Z`, temperature: 1 };
        await statusOf(service.request("/stations/cursors/observations", { method: "POST", json }));
      }
    }
    cursor = (await (await service.request(PATH)).json()).next_cursor;
  });

  function follow(path: string, value: string, token?: string): Promise<Response> {
    const url = `${path}&cursor=${encodeURIComponent(value)}`;
    return token === undefined ? service.request(url) : get(url, token);
  }

  async function expectRefused(response: Response): Promise<void> {
    const problem = await problemOf(response);
    expect([problem.status, problem.code]).toEqual([400, "invalid_cursor"]);
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(["/query/cursor"]);
  }

  it("goes on where the page before ended, with any limit", async () => {
    const { items } = await (await follow(PATH.replace("limit=2", "limit=1"), cursor)).json();
    expect(items[0].observed_at).toBe("2010-01-03T00:00:00.000Z");
  });

  it("is taken by another replica that has the same key", async () => {
    const replica = await start(service.config);
    await replica.ready;
    const headers = { authorization: `Bearer ${await service.token("writer")}` };
    const response = await fetch(`${replica.url}${PATH}&cursor=${cursor}`, { headers });
    expect((await response.json()).items).toHaveLength(2);
    await replica.close();
  });

  it("is refused for another user, be it of the same tenant", async () => {
    await expectRefused(await follow(PATH, cursor, await sign(claims())));
    await expectRefused(await follow(PATH, cursor, await service.token("reader")));
  });

  const ELSEWHERE = {
    "another month": PATH.replace("2010-01", "2010-02"),
    "another station": PATH.replace("cursors", "cursor"),
    "another query": "/stations?limit=2",
  };
  for (const [name, path] of Object.entries(ELSEWHERE)) {
    it(`is refused for ${name}`, async () => {
      await expectRefused(await follow(path, cursor));
    });
  }

  const FORGERIES: Record<string, (cursor: string) => string> = {
    "cut short": (given) => given.slice(0, -4),
    "made longer": (given) => `${given}AAAA`,
    "with padding": (given) => `${given}=`,
    "with a bit flipped": (given) => {
      const bytes = jose.base64url.decode(given);
      bytes[20]! ^= 1;
      return jose.base64url.encode(bytes);
    },
    "of nothing": () => "",
    "of nonsense": () => "next",
  };
  for (const [name, forge] of Object.entries(FORGERIES)) {
    it(`is refused ${name}`, async () => {
      await expectRefused(await follow(PATH, forge(cursor)));
    });
  }

  it("is not Cassandra's paging state, which names a partition", async () => {
    const { pageState } = await service.client.execute(
      "SELECT observed_at FROM observations WHERE tenant_id = 'acme' AND station_id = 'cursors' AND month = '2010-01'",
      [],
      { prepare: true, fetchSize: 2 },
    );
    const raw = Uint8Array.fromHex(pageState!);
    for (const forged of [pageState!, raw.toBase64(), jose.base64url.encode(raw)]) {
      await expectRefused(await follow(PATH, forged));
    }
    const sealed = new TextDecoder("latin1").decode(jose.base64url.decode(cursor));
    expect(sealed).not.toContain(new TextDecoder("latin1").decode(raw.slice(2, -5)));
  });
});
