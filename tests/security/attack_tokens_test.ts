/**
 * The attack table of tokens, on the running service: what is sent, and what must come back. Nothing that a
 * token says leads anywhere but to the keys of the issuers that are configured, and nobody's rows are in an
 * answer. `tests/auth/tokens_test.ts` has every form that a token may and may not have.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import * as jose from "jose";
import { DEV_AUDIENCE } from "../../dev/oidc/provider.ts";
import {
  KEYS_PATH,
  METADATA_PATH,
  type OwnIssuer,
  startOwnIssuer,
} from "../support/auth/own_issuer.ts";
import { claimsOf, publicPart, signJwt } from "../support/auth/token_signer.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE notes (tenant text, id int, body text, PRIMARY KEY ((tenant), id));
INSERT INTO notes (tenant, id, body) VALUES ('acme', 1, 'a secret of acme');
INSERT INTO notes (tenant, id, body) VALUES ('globex', 1, 'a secret of globex');
`,
  queries: `
-- name: list_notes :many
-- @route GET /notes
-- @scope notes
-- @param tenant in claim:tenant
SELECT id, body FROM notes WHERE tenant = :tenant;
`,
};

const stack = new AsyncDisposableStack();
/** Trusted, with any tenant; signs with ES256, and publishes an RSA key too. */
let issuer: OwnIssuer;
/** Trusted only for the tenant globex. */
let limited: OwnIssuer;
/** Trusted by nobody. */
let attacker: OwnIssuer;
let service: OwnService;
let rsa: jose.GenerateKeyPairResult;
let rsaPublic: jose.JWK;

before(async () => {
  issuer = stack.use(await startOwnIssuer());
  limited = stack.use(await startOwnIssuer());
  attacker = stack.use(await startOwnIssuer());
  rsa = await jose.generateKeyPair("RS256", { extractable: true });
  rsaPublic = { ...await jose.exportJWK(rsa.publicKey), kid: "rsa", alg: "RS256", use: "sig" };
  publishWithRsa();
  const audience = DEV_AUDIENCE;
  service = stack.use(
    await startOwnService(CQL, {
      env: {
        OIDC_ISSUER: "",
        OIDC_AUDIENCE: "",
        OIDC_ISSUERS: JSON.stringify([
          { issuer: issuer.issuer, audience },
          { issuer: limited.issuer, audience, claims: { tenant: ["globex"] } },
        ]),
      },
    }),
  );
});
after(() => stack.disposeAsync());

function publishWithRsa(): void {
  issuer.answer = (path) =>
    path === KEYS_PATH
      ? Response.json({ keys: [...issuer.keys.map(publicPart), rsaPublic] })
      : undefined;
}

type Header = Readonly<Record<string, unknown>>;
type Claims = Readonly<Record<string, unknown>>;

const claimsFor = (changes: Claims = {}): Record<string, unknown> => ({
  ...claimsOf(issuer),
  scope: "notes",
  ...changes,
});

/** A token that is good but for these claims and this header. */
function token(claims: Claims = {}, as: Header = {}): Promise<string> {
  const by = issuer.keys[0]!;
  return signJwt(claimsFor(claims), {
    by,
    as: { alg: "ES256", typ: "at+jwt", kid: by.kid, ...as },
  });
}

/** A token that says the same, signed by the attacker. */
function forged(as: Header = {}): Promise<string> {
  const by = attacker.keys[0]!;
  return signJwt(claimsFor(), { by, as: { alg: "ES256", typ: "at+jwt", kid: "first", ...as } });
}

/** A token signed with a secret that everybody knows. */
function withSecret(secret: Uint8Array, as: Header = {}): Promise<string> {
  const protectedHeader = { alg: "HS256", typ: "at+jwt", kid: "rsa", ...as };
  return new jose.SignJWT(claimsFor()).setProtectedHeader(protectedHeader).sign(secret);
}

/** Three parts, of which the header and the claims are these. */
function assembled(header: Header, signature = ""): string {
  const part = (value: unknown) => jose.base64url.encode(JSON.stringify(value));
  return `${part({ typ: "at+jwt", kid: "first", ...header })}.${part(claimsFor())}.${signature}`;
}

/** A good token, with parts changed after it was signed. */
async function altered(
  change: (parts: { head: string; payload: string; signature: string }) => string,
): Promise<string> {
  const good = await token();
  // Its identity is remembered before the other is sent.
  expect((await ask(good)).status).toBe(200);
  const [head = "", payload = "", signature = ""] = good.split(".");
  return change({ head, payload, signature });
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const now = (): number => Math.floor(Date.now() / 1000);
const pem = (): Promise<string> => jose.exportSPKI(rsa.publicKey);

interface Answered {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
}

async function ask(credentials: string): Promise<Answered> {
  const headers = { authorization: `Bearer ${credentials}` };
  const response = await fetch(`${service.url}/notes`, { headers });
  const text = await response.text();
  return { status: response.status, code: JSON.parse(text).code ?? null, text };
}

/** What is done, the token that is sent, and what comes back; 401 `invalid_token` where nothing is said. */
type Row = readonly [
  name: string,
  make: () => string | Promise<string>,
  expected?: readonly [status: number, code: string | null],
];

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  "The algorithm": [
    ["says none, without a signature", () => assembled({ alg: "none" })],
    ["says none, in other letters", () => assembled({ alg: "NoNe" })],
    [
      "says none, with the signature of a good token",
      async () => assembled({ alg: "none" }, (await token()).split(".")[2]),
    ],
    ["says none, in a list with a good one", () => assembled({ alg: ["none", "ES256"] })],
    ["is HS256, keyed with the RSA key as PEM", async () => withSecret(utf8(await pem()))],
    [
      "is HS256, keyed with the PEM and a line more",
      async () => withSecret(utf8(`${await pem()}\n`)),
    ],
    [
      "is HS256, keyed with the RSA key as DER",
      async () => withSecret(Uint8Array.fromBase64((await pem()).replace(/-----[^-]+-----/g, ""))),
    ],
    ["is HS256, keyed with the RSA key as JWK", () => withSecret(utf8(JSON.stringify(rsaPublic)))],
    ["is HS256, keyed with the modulus", () => withSecret(jose.base64url.decode(rsaPublic.n!))],
    [
      "is HS512, keyed with the RSA key as PEM",
      async () => withSecret(utf8(await pem()), { alg: "HS512" }),
    ],
    ["is HS256, keyed with nothing much", () => withSecret(utf8(" "), { kid: "" })],
    [
      "is HS256, keyed with the elliptic key",
      () => withSecret(utf8(JSON.stringify(publicPart(issuer.keys[0]!))), { kid: "first" }),
    ],
    ["is RS256, for the elliptic key", () => token({}, { alg: "RS256" })],
    ["is ES256, for the RSA key", () => token({}, { kid: "rsa" })],
    ["is PS256, for an RSA key that is for RS256", async () => {
      const { alg: _, ...key } = await jose.exportJWK(rsa.privateKey);
      return await new jose.SignJWT(claimsFor())
        .setProtectedHeader({ alg: "PS256", typ: "at+jwt", kid: "rsa" })
        .sign(await jose.importJWK(key, "PS256"));
    }],
    [
      "is RS256, signed with the RSA key",
      () =>
        new jose.SignJWT(claimsFor()).setProtectedHeader({
          alg: "RS256",
          typ: "at+jwt",
          kid: "rsa",
        })
          .sign(rsa.privateKey),
      [200, null],
    ],
  ],
  "The name of the key": [
    ["is a path", () => forged({ kid: "../../../../dev/null" })],
    ["is a path to keys that are there", () => forged({ kid: "/proc/self/environ" })],
    ["is a link to the attacker's keys", () => forged({ kid: `${attacker.issuer}${KEYS_PATH}` })],
    ["is a list with a good one", () => forged({ kid: ["first"] })],
    ["is an object", () => forged({ kid: { toString: "first" } })],
    ["is inherited", () => forged({ kid: "constructor" })],
    ["has CQL in it", () => forged({ kid: "first' OR '1'='1" })],
    ["has a zero in it", () => token({}, { kid: "first\u0000" })],
    ["is huge", () => forged({ kid: "k".repeat(10_000) })],
    ["makes the token too large", () => forged({ kid: "k".repeat(20_000) }), [
      431,
      "token_too_large",
    ]],
    ["is that of a key of another issuer", () => forged({ kid: limited.keys[0]!.kid })],
  ],
  "A key that the token brings": [
    ["is in a set that it links to", () => forged({ jku: `${attacker.issuer}${KEYS_PATH}` })],
    [
      "is in a set at the issuer, through a redirection",
      () => forged({ jku: `${issuer.issuer}/redirect?to=${attacker.issuer}${KEYS_PATH}` }),
    ],
    ["is in a certificate that it links to", () => forged({ x5u: `${attacker.issuer}/cert.pem` })],
    ["is in a certificate that it has", () => forged({ x5c: ["MIIB"], kid: undefined })],
    ["is in its header", () => forged({ jwk: publicPart(attacker.keys[0]!), kid: undefined })],
    [
      "is in its header, under the name of a good one",
      () => forged({ jwk: { ...publicPart(attacker.keys[0]!), kid: "first" } }),
    ],
    ["is at the issuer that it names", () => attacker.token({ claims: { scope: "notes" } })],
    [
      "stands beside a good signature, and plays no part",
      () =>
        token({}, { jku: `${attacker.issuer}${KEYS_PATH}`, x5u: `${attacker.issuer}/cert.pem` }),
      [
        200,
        null,
      ],
    ],
  ],
  "The claims": [
    ["name another issuer", () => token({ iss: attacker.issuer })],
    ["name the issuer and something more", () => token({ iss: `${issuer.issuer}/` })],
    ["name several issuers", () => token({ iss: [issuer.issuer, attacker.issuer] })],
    ["name another issuer that is trusted", () => token({ iss: limited.issuer })],
    ["name another audience", () => token({ aud: "urn:example:other" })],
    ["name no audience", () => token({ aud: undefined })],
    ["are those of an ID token", () => token({ nonce: "n" }, { typ: "JWT" })],
    ["are those of a refresh token", () => token({ typ: "Refresh" }, { typ: "JWT" })],
    ["have expired", () => token({ exp: now() - 60 })],
    ["never expire", () => token({ exp: undefined })],
    ["are not valid yet", () => token({ nbf: now() + 600 })],
    ["were made in the future", () => token({ iat: now() + 600 })],
    ["have the tenant twice", async () => {
      const text = JSON.stringify(claimsFor()).replace("{", '{"tenant":"globex",');
      return await signJwt(text, {
        by: issuer.keys[0]!,
        as: { alg: "ES256", typ: "at+jwt", kid: "first" },
      });
    }],
    ["lack the scope", () => token({ scope: "notes:none" }), [403, "insufficient_scope"]],
    ["lack the tenant", () => token({ tenant: undefined }), [403, "missing_claim"]],
  ],
  "Another issuer": [
    [
      "signs for the one that may",
      () => limited.token({ claims: { iss: issuer.issuer, scope: "notes" } }),
    ],
    [
      "has its token signed by another",
      () => limited.token({ claims: { scope: "notes", tenant: "globex" }, by: issuer.keys[0]! }),
    ],
    [
      "names a tenant that it may not name",
      () => limited.token({ claims: { scope: "notes", tenant: "acme" } }),
    ],
    [
      "names its own tenant, in a list with others",
      () => limited.token({ claims: { scope: "notes", tenant: ["globex", "acme"] } }),
    ],
  ],
  "A token whose twin was taken a moment ago": [
    ["has another tenant", () =>
      altered(({ head, signature }) => {
        const payload = jose.base64url.encode(JSON.stringify(claimsFor({ tenant: "globex" })));
        return `${head}.${payload}.${signature}`;
      })],
    ["has another signature", async () => {
      const other = (await token({ jti: "2" })).split(".")[2];
      return await altered(({ head, payload }) => `${head}.${payload}.${other}`);
    }],
    ["has no signature", () => altered(({ head, payload }) => `${head}.${payload}.`)],
    ["has no algorithm", () =>
      altered(({ payload, signature }) => {
        const head = jose.base64url.encode(JSON.stringify({ alg: "none", typ: "at+jwt" }));
        return `${head}.${payload}.${signature}`;
      })],
    [
      "has a part more",
      () => altered(({ head, payload, signature }) => `${head}.${payload}.${signature}.`),
    ],
    [
      "has padding",
      () => altered(({ head, payload, signature }) => `${head}.${payload}.${signature}==`),
    ],
    [
      "has other bits where the signature has none",
      () =>
        altered(({ head, payload, signature }) => {
          const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
          const last = alphabet.indexOf(signature.at(-1)!);
          return `${head}.${payload}.${signature.slice(0, -1)}${alphabet[last ^ 1]}`;
        }),
    ],
    [
      "is in capitals",
      () =>
        altered(({ head, payload, signature }) => `${head}.${payload}.${signature.toUpperCase()}`),
    ],
  ],
};

for (const [subject, rows] of Object.entries(TABLE)) {
  describe(subject, () => {
    for (const [name, make, expected = [401, "invalid_token"]] of rows) {
      it(name, async () => {
        const { status, code, text } = await ask(await make());
        expect([status, code]).toEqual(expected);
        expect(text).not.toContain("globex");
        if (status !== 200) expect(text).not.toContain("secret");
      });
    }
  });
}

describe("Keys that the issuer changes while requests are under way", () => {
  it("fail no request with a good token, and let in none with a withdrawn one", async () => {
    const [early, late] = [await token({ jti: "early" }), await token({ jti: "late" })];
    const withdrawn = issuer.keys[0]!;
    expect((await ask(early)).status).toBe(200);
    const flight = Array.from({ length: 20 }, () => ask(early));
    await issuer.rotate({ keepOthers: false, kid: "second" });
    const renewed = await token();
    const inFlight = await Promise.all(flight);
    // Keys are fetched every two seconds at most.
    let first = await ask(renewed);
    while (first.status !== 200) {
      expect([first.status, first.code]).toEqual([401, "invalid_token"]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      first = await ask(renewed);
    }
    const later = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => ask(await token({ jti: `${index}` }))),
    );
    expect([...inFlight, ...later].filter(({ status }) => status !== 200)).toEqual([]);
    expect((await ask(late)).code).toBe("invalid_token");
    const reused = await signJwt(claimsFor(), {
      by: withdrawn,
      as: { alg: "ES256", typ: "at+jwt", kid: "second" },
    });
    expect((await ask(reused)).code).toBe("invalid_token");
  });
});

describe("An issuer that is away", () => {
  it("keeps its keys in force, and lets in nobody with a key that is not known", async () => {
    const known = await token({ jti: "known" });
    issuer.answer = () => new Response("down", { status: 503 });
    expect((await ask(known)).status).toBe(200);
    await issuer.rotate({ kid: "third" });
    const { status, code } = await ask(await token());
    expect([[503, "issuer_unavailable"], [401, "invalid_token"]]).toContainEqual([status, code]);
    expect((await ask(await forged({ kid: "second" }))).code).toBe("invalid_token");
    publishWithRsa();
  });
});

// The last one: whatever was sent above must not have led anywhere.
describe("The service", () => {
  it("has asked nobody but the issuers, and them for nothing but their keys", () => {
    expect(attacker.requests).toEqual([]);
    expect([...new Set([...issuer.requests, ...limited.requests])].sort()).toEqual(
      [METADATA_PATH, KEYS_PATH].sort(),
    );
  });

  it("has no token in anything that it has noticed", () => {
    expect(JSON.stringify(service.observations)).not.toContain("eyJ");
  });
});
