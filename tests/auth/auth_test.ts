import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import * as jose from "jose";
import { start } from "../../composition/service.ts";
import { type SigningService, startSigningService } from "../support/auth/token_signer.ts";
import { sendRaw } from "../support/clients/raw_request.ts";
import { EXAMPLE, problemOf, statusOf } from "../support/harness.ts";

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

let service: SigningService;
before(async () => {
  service = await startSigningService({ cqlDir: EXAMPLE, cql: { queries: QUERIES } });
});
after(() => service[Symbol.asyncDispose]());

function get(path: string, token: string): Promise<Response> {
  return service.request(path, { user: null, headers: { authorization: `Bearer ${token}` } });
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
  /** RFC 6750, section 3.1: no error code where no token was sent, and 400 for a malformed header. */
  const CASES: [string, number, string, string | null][] = [
    ["Basic d3JpdGVyOnNlY3JldA==", 401, "missing_token", null],
    ["DPoP eyJhbGciOiJFUzI1NiJ9.e30.c2ln", 401, "missing_token", null],
    ["eyJhbGciOiJFUzI1NiJ9.e30.c2ln", 401, "missing_token", null],
    ["Bearertoken", 401, "missing_token", null],
    ["Basic d3JpdGVy, Bearer token", 401, "missing_token", null],
    ["Bearer", 400, "malformed_request", "invalid_request"],
    ["Bearer ", 400, "malformed_request", "invalid_request"],
    ["Bearer a b", 400, "malformed_request", "invalid_request"],
    ["Bearer a,b", 400, "malformed_request", "invalid_request"],
    ["Bearer token, Bearer token", 400, "malformed_request", "invalid_request"],
    ["Bearer token, Basic d3JpdGVy", 400, "malformed_request", "invalid_request"],
    ["Bearer \ttoken", 400, "malformed_request", "invalid_request"],
    ['Bearer "token"', 400, "malformed_request", "invalid_request"],
    ["Bearer token", 401, "invalid_token", "invalid_token"],
  ];
  for (const [value, status, code, error] of CASES) {
    it(`is answered with ${code} as ${JSON.stringify(value)}`, async () => {
      const headers = { authorization: value };
      const response = await service.request("/stations", { user: null, headers });
      const challenge = response.headers.get("www-authenticate");
      const problem = await problemOf(response);
      expect([problem.status, problem.code]).toEqual([status, code]);
      expect(challenge).toBe(
        error === null
          ? 'Bearer realm="cqlgate"'
          : `Bearer realm="cqlgate", error="${error}", error_description="${
            problem.detail.replaceAll('"', "'")
          }"`,
      );
    });
  }

  it("must not be repeated", async () => {
    const token = await service.token("writer");
    const headers = [`Bearer ${token}`, `Bearer ${token}`].map((value) =>
      `Authorization: ${value}`
    );
    const { status } = await sendRaw(service.url, ["GET /stations HTTP/1.1", ...headers]);
    expect(status).toBe(400);
  });

  it("may spell its scheme in any case, and have more than one space", async () => {
    const authorization = `bEARER  ${await service.token("writer")}`;
    const request = service.request("/stations", { user: null, headers: { authorization } });
    expect(await statusOf(request)).toBe(200);
  });

  it("takes a token of at most 16,384 characters", async () => {
    const withPadding = (length: number) =>
      service.sign(service.claims({ padding: "x".repeat(length) }));
    // Three bytes of the payload are four characters of the token.
    const most = Math.floor((16_384 - (await withPadding(0)).length) / 4) * 3;
    const fits = await withPadding(most);
    expect(16_384 - fits.length).toBeLessThan(4);
    expect(await statusOf(get("/stations", fits))).toBe(200);
    const problem = await problemOf(await get("/stations", await withPadding(most + 6)));
    expect([problem.status, problem.code]).toEqual([431, "token_too_large"]);
  });
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
  it("are named where the token lacks them", async () => {
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

  const CASES: [string | string[], number][] = [
    ["audit", 200],
    [["stations:read", "observations:read"], 200],
    [["stations:read observations:read"], 403],
    ["stations:read\tobservations:read", 403],
    [[], 403],
    ["stations:read observations:read", 200],
    ["observations:read unrelated stations:read", 200],
    ["stations:read", 403],
    ["observations:read", 403],
    ["audit:write", 403],
    ["AUDIT", 403],
    ["", 403],
  ];
  for (const [scope, status] of CASES) {
    const outcome = status === 200 ? "meet one" : "meet none";
    it(`${JSON.stringify(scope)} ${outcome} of two alternatives`, async () => {
      expect(await statusOf(get("/audit", await service.sign(service.claims({ scope }))))).toBe(
        status,
      );
    });
  }
});

describe("The tenant", () => {
  for (const tenant of [undefined, "", null]) {
    it(`is required: ${JSON.stringify(tenant) ?? "none"} is refused`, async () => {
      const problem = await problemOf(
        await get("/stations", await service.sign(service.claims({ tenant }))),
      );
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

  it("is refused for another user, even of the same tenant", async () => {
    await expectRefused(await follow(PATH, cursor, await service.sign(service.claims())));
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
