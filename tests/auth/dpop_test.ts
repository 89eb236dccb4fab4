import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { type Service, start } from "../../composition/service.ts";
import { createNonces } from "../../routes/auth/proof/nonces.ts";
import {
  type DpopKey,
  fetchBoundToken,
  makeProof,
  newDpopKey,
  type ProofOptions,
} from "../support/auth/dpop_client.ts";
import { type SigningService, startSigningService } from "../support/auth/token_signer.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, problemOf } from "../support/harness.ts";

/** What a proxy makes of it is `/stations` of the service. */
const PUBLIC_URL = "https://api.example.com/weather";
const URL_OF_STATIONS = `${PUBLIC_URL}/stations`;

const QUERIES = `-- name: list_kept :many
-- The stations of a tenant, as they were a moment ago.
-- @route GET /kept
-- @scope stations:read
-- @param tenant_id in claim:tenant
-- @cache ttl=60s
SELECT station_id FROM stations WHERE tenant_id = :tenant_id;
`;

let service: SigningService;
/** Another replica, with the same secrets. */
let replica: Service;
/** One that takes no other tokens. */
let strict: Service;
let key: DpopKey;
let token: string;
before(async () => {
  service = await startSigningService({
    cqlDir: EXAMPLE,
    cql: { queries: QUERIES },
    env: { PUBLIC_URL, CORS_ORIGINS: "https://app.example.com" },
  });
  replica = await start({ ...service.config, port: 0, adminPort: 0 });
  strict = await start({ ...service.config, port: 0, adminPort: 0, dpop: "required" });
  await Promise.all([replica.ready, strict.ready]);
  key = await newDpopKey();
  token = await boundTo(key);
});
after(async () => {
  await Promise.all([replica?.close(), strict?.close()]);
  await service[Symbol.asyncDispose]();
});

function boundTo({ thumbprint }: DpopKey, claims = {}): Promise<string> {
  return service.sign(service.claims({ cnf: { jkt: thumbprint }, ...claims }));
}

interface Sending {
  readonly to?: Service;
  readonly path?: string;
  readonly method?: string;
  readonly scheme?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

/** Sends a proof as it is; null sends none. */
async function send(proof: string | null, sending: Sending = {}): Promise<Response> {
  const { to = service, path = "/stations", method = "GET", scheme = "DPoP" } = sending;
  return await fetch(`${to.url}${path}`, {
    method,
    headers: {
      ...sending.headers,
      authorization: `${scheme} ${sending.token ?? token}`,
      ...(proof === null ? {} : { dpop: proof }),
    },
  });
}

/** The nonce that the service gives out. */
async function freshNonce(to: Service = service): Promise<string> {
  const proof = await makeProof(key, { url: URL_OF_STATIONS, token });
  const response = await send(proof, { to });
  await response.body?.cancel();
  return response.headers.get("dpop-nonce")!;
}

/** A proof for `GET /stations` with a nonce. */
async function freshProof(options: Partial<ProofOptions> = {}, by = key): Promise<string> {
  return await makeProof(by, {
    url: URL_OF_STATIONS,
    token,
    nonce: await freshNonce(),
    ...options,
  });
}

/** The code of a refusal; the status of any other answer. */
async function outcome(response: Promise<Response>): Promise<string | number> {
  const { status } = await response;
  if (status >= 400) return (await problemOf(await response)).code;
  await (await response).body?.cancel();
  return status;
}

describe("A token that is bound to a key", () => {
  it("is taken with a proof for each request, even where the token is known", async () => {
    for (let times = 0; times < 3; times++) {
      expect(await outcome(send(await freshProof()))).toBe(200);
    }
    expect(await outcome(send(null))).toBe("invalid_dpop_proof");
    expect(await outcome(send(""))).toBe("invalid_dpop_proof");
  });

  it("is refused as a bearer token, with a proof or without", async () => {
    for (const proof of [null, await freshProof()]) {
      const response = await send(proof, { scheme: "Bearer" });
      expect(response.headers.get("www-authenticate")).toMatch(
        /^DPoP realm="cqlgate", error="invalid_token", error_description="[^"]+", algs="ES256 /,
      );
      expect(await outcome(Promise.resolve(response))).toBe("invalid_token");
    }
  });

  it("is given a nonce where the proof has none or an old one, and a challenge that says so", async () => {
    const old = createNonces(service.config.cursorKeys, () => Date.now() - 90_000).current();
    const foreign = createNonces([crypto.getRandomValues(new Uint8Array(32))]).current();
    for (const nonce of [undefined, old, foreign, "", "a".repeat(10_000).slice(0, 2_000)]) {
      const proof = await makeProof(key, { url: URL_OF_STATIONS, token, nonce });
      const response = await send(proof);
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toMatch(/^DPoP .*error="use_dpop_nonce"/);
      const fresh = response.headers.get("dpop-nonce")!;
      expect(fresh).toMatch(/^[\w-]{22}$/);
      expect(await outcome(Promise.resolve(response))).toBe("use_dpop_nonce");
      expect(await outcome(send(await freshProof({ nonce: fresh })))).toBe(200);
    }
  });

  it("may have the nonce of the window before, and learns the current one with each answer", async () => {
    const nonces = createNonces(service.config.cursorKeys, () => Date.now() - 30_000);
    // A window may end between the two.
    const response = await eventually("it is taken", async () => {
      const response = await send(await freshProof({ nonce: nonces.current() }));
      await response.body?.cancel();
      return response.status === 200 && response;
    });
    expect(response.headers.get("dpop-nonce")).toMatch(/^[\w-]{22}$/);
  });

  it("has no nonce in an answer that a browser may keep: it would be old the next time", async () => {
    const path = "/kept";
    const response = await send(await freshProof({ url: `${PUBLIC_URL}${path}` }), { path });
    await response.body?.cancel();
    const { status, headers } = response;
    expect([status, headers.get("cache-control")]).toEqual([200, "private, max-age=60"]);
    expect([headers.has("dpop-nonce"), headers.has("x-request-id")]).toEqual([false, true]);
  });

  it("is taken for POST and HEAD, with a proof of that method", async () => {
    const head = await freshProof({ method: "HEAD" });
    expect((await send(head, { method: "HEAD" })).status).toBe(200);
    const get = await freshProof();
    expect((await send(get, { method: "HEAD" })).status).toBe(401);
    const post = await freshProof({ method: "POST" });
    expect(await outcome(send(post, { method: "POST" }))).toBe("insufficient_scope");
  });

  it("has a challenge for its scheme where it lacks a scope or has expired", async () => {
    const lacking = await send(await freshProof({ method: "POST" }), { method: "POST" });
    expect(lacking.headers.get("www-authenticate")).toMatch(
      /^DPoP realm="cqlgate", error="insufficient_scope", scope="[^"]+", algs="/,
    );
    await lacking.body?.cancel();
    const expired = await boundTo(key, { exp: 1 });
    const response = await send(await freshProof({ token: expired }), { token: expired });
    expect(response.headers.get("www-authenticate")).toMatch(
      /^DPoP realm="cqlgate", error="invalid_token"/,
    );
    await response.body?.cancel();
  });

  it("is refused with a proof that was used, also at the same time", async () => {
    const proof = await freshProof();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(send(proof))));
    expect(outcomes.filter((each) => each === 200)).toEqual([200]);
    expect(outcomes.filter((each) => each === "invalid_dpop_proof").length).toBe(7);
    // Another proof with the same jti is a replay as well.
    const jti = crypto.randomUUID();
    expect(await outcome(send(await freshProof({ claims: { jti } })))).toBe(200);
    expect(await outcome(send(await freshProof({ claims: { jti, extra: 1 } }))))
      .toBe("invalid_dpop_proof");
  });

  it("may be sent to any replica, and an old proof to none", async () => {
    const nonce = await freshNonce(replica);
    expect(await outcome(send(await freshProof({ nonce })))).toBe(200);
    expect(await outcome(send(await freshProof({ nonce }), { to: replica }))).toBe(200);
    const old = createNonces(service.config.cursorKeys, () => Date.now() - 90_000).current();
    const proof = await makeProof(key, { url: URL_OF_STATIONS, token, nonce: old });
    for (const to of [service, replica]) {
      expect(await outcome(send(proof, { to }))).toBe("use_dpop_nonce");
    }
  });

  const now = () => Math.floor(Date.now() / 1000);
  const SECRET = { kty: "oct", k: Buffer.alloc(32, 1).toString("base64url") };
  /** Each with a fresh nonce, unless it says otherwise. */
  const ATTACKS: readonly [what: string, options: () => Partial<ProofOptions>][] = [
    ["for another method", () => ({ method: "POST" })],
    ["for a method in lower case", () => ({ claims: { htm: "get" } })],
    ["without a method", () => ({ claims: { htm: undefined } })],
    ["for another path", () => ({ url: `${PUBLIC_URL}/stations/hill` })],
    ["for a path in another case", () => ({ url: `${PUBLIC_URL}/Stations` })],
    ["for a path with a slash at its end", () => ({ url: `${URL_OF_STATIONS}/` })],
    ["for an escaped slash", () => ({ url: `${PUBLIC_URL}%2Fstations` })],
    ["for another host", () => ({ url: "https://evil.example/weather/stations" })],
    ["for another port", () => ({ url: "https://api.example.com:8443/weather/stations" })],
    ["for another protocol", () => ({ url: "http://api.example.com/weather/stations" })],
    ["for the service's own address", () => ({ url: `${service.url}/stations` })],
    ["for the path alone", () => ({ url: "/stations" })],
    ["for a URL with a user", () => ({ url: "https://a@api.example.com/weather/stations" })],
    ["for a URL with a backslash", () => ({ url: "https://api.example.com\\weather/stations" })],
    ["for a URL with white space", () => ({ url: ` ${URL_OF_STATIONS}` })],
    ["for a URL without slashes", () => ({ url: "https:api.example.com/weather/stations" })],
    ["for a list of URLs", () => ({ claims: { htu: [URL_OF_STATIONS] } })],
    ["without a URL", () => ({ claims: { htu: undefined } })],
    ["for another token", () => ({ token: `${token}a` })],
    ["without a token's digest", () => ({ token: null })],
    ["with a digest in hex", () => ({ claims: { ath: "ab".repeat(32) } })],
    ["of two minutes ago", () => ({ claims: { iat: now() - 120 } })],
    ["of the future", () => ({ claims: { iat: now() + 120 } })],
    ["of the far future", () => ({ claims: { iat: 1e300 } })],
    ["of a time in milliseconds", () => ({ claims: { iat: Date.now() } })],
    ["of a time as text", () => ({ claims: { iat: `${now()}` } })],
    ["without a time", () => ({ claims: { iat: undefined } })],
    ["without an id", () => ({ claims: { jti: undefined } })],
    ["with an empty id", () => ({ claims: { jti: "" } })],
    ["with a number as id", () => ({ claims: { jti: 1 } })],
    ["with a huge id", () => ({ claims: { jti: "a".repeat(600) } })],
    ["with a nonce that is not text", () => ({ claims: { nonce: 1 } })],
    ["of no type", () => ({ header: { typ: undefined } })],
    ["of the type JWT", () => ({ header: { typ: "JWT" } })],
    ["of the type of access tokens", () => ({ header: { typ: "at+jwt" } })],
    ["with the algorithm none", () => ({ header: { alg: "none" } })],
    ["with a symmetric algorithm", () => ({ header: { alg: "HS256" } })],
    ["with a symmetric key", () => ({ header: { alg: "HS256", jwk: SECRET } })],
    ["with another algorithm", () => ({ header: { alg: "ES384" } })],
    ["with an algorithm of another key type", () => ({ header: { alg: "RS256" } })],
    ["without a key", () => ({ header: { jwk: undefined } })],
    ["with its private key", () => ({ header: { jwk: key.privateKey } })],
    ["with an empty private member", () => ({ header: { jwk: { ...key.publicKey, d: "" } } })],
    ["with a key as text", () => ({ header: { jwk: JSON.stringify(key.publicKey) } })],
    ["with the key's name in place of it", () => ({ header: { jwk: undefined, kid: "a" } })],
    ["with half a key", () => ({ header: { jwk: { ...key.publicKey, y: undefined } } })],
    ["with a point that is not on the curve", () => ({
      header: { jwk: { ...key.publicKey, y: key.publicKey.x } },
    })],
    ["with a critical extension", () => ({ header: { crit: ["a"], a: 1 } })],
    ["with the extension b64", () => ({ header: { b64: false } })],
  ];
  for (const [what, options] of ATTACKS) {
    it(`is refused with a proof ${what}`, async () => {
      const nonce = await freshNonce();
      const response = await send(await freshProof({ nonce, ...options() }));
      expect(response.headers.get("www-authenticate")).toMatch(
        /^DPoP realm="cqlgate", error="invalid_dpop_proof"/,
      );
      expect(await outcome(Promise.resolve(response))).toBe("invalid_dpop_proof");
      // Nothing was spent, nor remembered.
      expect(await outcome(send(await freshProof({ nonce })))).toBe(200);
    });
  }

  it("is refused with a proof by another key, no matter which of them signs it", async () => {
    const other = await newDpopKey();
    const theirs = await boundTo(other);
    const proofs = [
      await freshProof({}, other),
      await freshProof({ signer: other }),
      await freshProof({ header: { jwk: other.publicKey } }),
      await freshProof({ header: { jwk: other.publicKey }, signer: other }),
    ];
    for (const proof of proofs) expect(await outcome(send(proof))).toBe("invalid_dpop_proof");
    expect(await outcome(send(await freshProof(), { token: theirs }))).toBe("invalid_dpop_proof");
    expect(await outcome(send(await freshProof({ token: theirs }), { token: theirs })))
      .toBe("invalid_dpop_proof");
    expect(await outcome(send(await freshProof({ token: theirs }, other), { token: theirs })))
      .toBe(200);
  });

  it("is refused with what is not a single proof", async () => {
    const [first, second] = [await freshProof(), await freshProof()];
    const [head = "", payload = "", signature = ""] = first.split(".");
    const twice = `{"jti":"a",${Buffer.from(payload, "base64url").toString().slice(1)}`;
    const texts = [
      `${first}, ${second}`,
      `${first},${first}`,
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `${first}.a`,
      `.${payload}.${signature}`,
      `${head}..${signature}`,
      `${head}.${Buffer.from("[]").toString("base64url")}.${signature}`,
      `${head}.${Buffer.from(twice).toString("base64url")}.${signature}`,
      `${head}.${payload}.${signature.slice(0, -4)}AAAA`,
      token,
      "a",
      `${first}${"a".repeat(5_000)}`,
    ];
    for (const text of texts) {
      expect([text, await outcome(send(text))]).toEqual([text, "invalid_dpop_proof"]);
    }
  });

  it("is taken where the URL is spelt in another way that means the same", async () => {
    const urls = [
      "HTTPS://API.example.com/weather/stations",
      "https://api.example.com:443/weather/stations",
      "https://api.example.com/weather/./x/../stations",
      "https://api.example.com/weather/%73tations",
      `${URL_OF_STATIONS}?limit=1`,
      `${URL_OF_STATIONS}#a`,
    ];
    for (const url of urls) {
      expect([url, await outcome(send(await freshProof({ url })))]).toEqual([url, 200]);
    }
    const path = "/stations?limit=1";
    expect(await outcome(send(await freshProof(), { path }))).toBe(200);
  });

  for (const alg of ["ES384", "EdDSA", "RS256", "PS256"]) {
    it(`is taken with a proof by ${alg}`, async () => {
      const other = await newDpopKey(alg);
      const own = await boundTo(other);
      expect(await outcome(send(await freshProof({ token: own }, other), { token: own })))
        .toBe(200);
    });
  }

  it("is refused with an RSA key that is slow to verify with", async () => {
    const n = Buffer.alloc(1024, 0xff).toString("base64url");
    for (const changes of [{ n }, { e: "AAAAAAEAAQ" }]) {
      const rsa = await newDpopKey("RS256");
      const header = { jwk: { ...rsa.publicKey, ...changes } };
      const own = await boundTo(rsa);
      expect(await outcome(send(await freshProof({ token: own, header }, rsa), { token: own })))
        .toBe("invalid_dpop_proof");
    }
  });

  const CONFIRMATIONS: readonly [what: string, cnf: unknown][] = [
    ["nothing", {}],
    ["null", null],
    ["a text", "jkt"],
    ["a list", [{ jkt: "a" }]],
    ["an unknown way", { jwk: { kty: "EC" } }],
    ["an unknown way beside a known one", {
      jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
      kid: "a",
    }],
    ["a thumbprint of another length", { jkt: "a" }],
    ["a thumbprint that is not base64url", { jkt: "+".repeat(43) }],
    ["a thumbprint that is not text", { jkt: 1 }],
  ];
  for (const [what, cnf] of CONFIRMATIONS) {
    it(`is refused if it is bound to ${what}`, async () => {
      const own = await service.sign(service.claims({ cnf }));
      for (const scheme of ["Bearer", "DPoP"]) {
        const proof = await freshProof({ token: own });
        expect(await outcome(send(proof, { token: own, scheme }))).toBe("invalid_token");
      }
    });
  }
});

describe("A token that is bound to nothing", () => {
  it("is a bearer token, with a proof beside it or without", async () => {
    const bearer = await service.sign(service.claims());
    const options = { token: bearer, scheme: "Bearer" };
    expect(await outcome(send(null, options))).toBe(200);
    expect(await outcome(send("nonsense", options))).toBe(200);
    expect(await outcome(send(await freshProof({ token: bearer }), { token: bearer })))
      .toBe("invalid_token");
  });

  it("is refused where DPoP is required, with a challenge only for DPoP", async () => {
    const bearer = await service.sign(service.claims());
    const response = await send(null, { to: strict, token: bearer, scheme: "Bearer" });
    expect(response.headers.get("www-authenticate")).toMatch(/^DPoP realm="cqlgate", algs="ES256 /);
    expect(await outcome(Promise.resolve(response))).toBe("missing_token");
    const proof = await freshProof({ token: bearer });
    expect(await outcome(send(proof, { to: strict, token: bearer }))).toBe("invalid_token");
    expect(await outcome(send(await freshProof(), { to: strict }))).toBe(200);
  });
});

describe("A service that takes DPoP", () => {
  it("names both schemes to a request without a token", async () => {
    const response = await fetch(`${service.url}/stations`);
    expect(response.headers.get("www-authenticate")).toMatch(
      /^Bearer realm="cqlgate", DPoP realm="cqlgate", algs="ES256 [\w ]+"$/,
    );
    await response.body?.cancel();
  });

  it("knows its public URL behind a proxy that puts a prefix before its paths", async () => {
    const { config } = service;
    const prefixed = await start({ ...config, port: 0, adminPort: 0, basePath: "/v1" });
    await prefixed.ready;
    try {
      expect(await outcome(send(await freshProof(), { to: prefixed }))).toBe(200);
      const own = await freshProof({ url: `${PUBLIC_URL}/v1/stations` });
      expect(await outcome(send(own, { to: prefixed }))).toBe("invalid_dpop_proof");
    } finally {
      await prefixed.close();
    }
  });

  it("lets web pages send proofs and read nonces", async () => {
    const origin = "https://app.example.com";
    const preflight = await fetch(`${service.url}/stations`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization,dpop",
      },
    });
    expect(preflight.headers.get("access-control-allow-headers")).toContain("DPoP");
    const response = await send(null, { headers: { origin } });
    expect(response.headers.get("access-control-expose-headers")).toContain("DPoP-Nonce");
    await response.body?.cancel();
  });

  it("says in OpenAPI that tokens are bound, where that is required", async () => {
    const schemeOf = async (to: Service) => {
      const document = await (await fetch(`${to.url}/openapi.json`)).json();
      return document.components.securitySchemes.oidc;
    };
    expect(await schemeOf(strict)).toMatchObject({ type: "http", scheme: "dpop" });
    expect((await schemeOf(strict)).description).toMatch(/bound to a key .*RFC 9449/);
    expect(await schemeOf(service)).toMatchObject({ type: "http", scheme: "bearer" });
  });

  it("asks for the proof at its own routes, too", async () => {
    for (const path of ["/docs/caller", "/openapi.json?for=me"]) {
      expect(await outcome(send(null, { path, scheme: "Bearer" }))).toBe("invalid_token");
      expect(await outcome(send(null, { path }))).toBe("invalid_dpop_proof");
      const url = `${PUBLIC_URL}${path}`;
      expect([path, await outcome(send(await freshProof({ url }), { path }))]).toEqual([path, 200]);
    }
  });

  it("takes tokens that a real provider binds to a key", async () => {
    const own = await fetchBoundToken(key, { issuer: service.provider.issuer, user: "writer" });
    expect(await outcome(send(null, { token: own, scheme: "Bearer" }))).toBe("invalid_token");
    expect(await outcome(send(await freshProof({ token: own }), { token: own }))).toBe(200);
  });
});
