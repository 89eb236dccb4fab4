import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import * as jose from "jose";
import { DEV_AUDIENCE } from "../../dev/oidc/provider.ts";
import {
  newKey,
  publicPart,
  type SigningService,
  signParts,
  startSigningService,
} from "../support/auth/token_signer.ts";
import { EXAMPLE, problemOf } from "../support/harness.ts";

let service: SigningService;
before(async () => {
  service = await startSigningService({
    cqlDir: EXAMPLE,
    env: { OIDC_TOKEN_TYPES: "application/acme-access+jwt" },
  });
});
after(() => service[Symbol.asyncDispose]());

/** Makes a token once the service has started. */
type Make = () => string | Promise<string>;

interface Attack {
  make: Make;
  detail: RegExp;
}

const MALFORMED = /malformed/;
const UNSIGNED = /not signed by the issuer/;
const ALGORITHM = /algorithm/;

function get(token: string): Promise<Response> {
  return service.request("/stations", {
    user: null,
    headers: { authorization: `Bearer ${token}` },
  });
}

/** A token of the provider with some claims changed. */
function claiming(changes: Record<string, unknown>): Make {
  return () => service.sign(service.claims(changes));
}

/** A token of the provider with parts of its header changed; undefined leaves a parameter out. */
function heading(
  as: Record<string, unknown>,
  claims: Record<string, unknown> = {},
): Make {
  return () => service.sign(service.claims(claims), { as });
}

/** A token with this payload, which need not be valid. */
function saying(payload: (claims: string) => string | Uint8Array): Make {
  return () =>
    signParts(JSON.stringify(service.header), payload(JSON.stringify(service.claims())), {
      by: service.key,
    });
}

/** The usual claims with more members, as JSON text. */
function withMembers(members: string): Make {
  return saying((claims) => `${claims.slice(0, -1)},${members}}`);
}

function withoutTyp(claims: Record<string, unknown>): Make {
  return heading({ typ: undefined }, claims);
}

const now = () => Math.floor(Date.now() / 1000);

const SIGNATURES: Record<string, Attack> = {
  "is not a JWT": { make: () => "opaque", detail: MALFORMED },
  "has two parts": { make: () => "e30.e30", detail: MALFORMED },
  "has five parts, like an encrypted one": { make: () => "e30.e30.e30.e30.e30", detail: MALFORMED },
  "has a header that is not base64": { make: () => "e.e30.c2ln", detail: MALFORMED },
  "has a header that is not JSON": { make: () => "YQ.e30.c2ln", detail: MALFORMED },
  "has a header that is not an object": { make: () => "W10.e30.c2ln", detail: MALFORMED },
  "has no algorithm": { make: heading({ alg: undefined }), detail: ALGORITHM },
  "has a list of algorithms": { make: heading({ alg: ["ES256"] }), detail: ALGORITHM },
  "is not signed": {
    make: () => new jose.UnsecuredJWT(service.claims()).encode(),
    detail: ALGORITHM,
  },
  "is not signed, in other letters": { make: heading({ alg: "nOnE" }), detail: ALGORITHM },
  "has lost its signature": {
    make: async () => (await service.sign(service.claims())).replace(/[^.]+$/, ""),
    detail: MALFORMED,
  },
  "was tampered with": {
    make: async () => {
      const [head, , signature] = (await service.sign(service.claims())).split(".");
      const payload = jose.base64url.encode(JSON.stringify(service.claims({ tenant: "globex" })));
      return `${head}.${payload}.${signature}`;
    },
    detail: UNSIGNED,
  },
  "says another algorithm than its signature has": {
    make: heading({ alg: "ES384" }),
    detail: UNSIGNED,
  },
  "is signed with another key of the same name": {
    make: async () => service.sign(service.claims(), { by: await newKey() }),
    detail: UNSIGNED,
  },
  "is signed with a key that the issuer does not have": {
    make: async () => service.sign(service.claims(), { by: await newKey(), as: { kid: "other" } }),
    detail: UNSIGNED,
  },
  "is signed with another key and names none": {
    make: async () =>
      service.sign(service.claims(), { by: await newKey(), as: { kid: undefined } }),
    detail: UNSIGNED,
  },
  "names a file as its key": { make: heading({ kid: "../../../dev/null" }), detail: UNSIGNED },
  "names an inherited property as its key": {
    make: heading({ kid: "__proto__" }),
    detail: UNSIGNED,
  },
  "names nothing as its key": { make: heading({ kid: "" }), detail: UNSIGNED },
  "names a list of keys": { make: heading({ kid: [] }), detail: /"kid" is not a string/ },
  "names an object as its key": { make: heading({ kid: {} }), detail: /"kid" is not a string/ },
  "names null as its key": { make: heading({ kid: null }), detail: /"kid" is not a string/ },
  "brings its own key": {
    make: async () => {
      const by = await newKey();
      return service.sign(service.claims(), { by, as: { kid: undefined, jwk: publicPart(by) } });
    },
    detail: UNSIGNED,
  },
  "is signed with the public key's PEM as a secret": {
    make: async () => {
      const own = await jose.importJWK(publicPart(service.key), "ES256", { extractable: true });
      return signWithSecret(await jose.exportSPKI(own as CryptoKey));
    },
    detail: ALGORITHM,
  },
  "is signed with the public key's JWK as a secret": {
    make: () => signWithSecret(JSON.stringify(publicPart(service.key))),
    detail: ALGORITHM,
  },
  "has a critical extension": {
    make: heading({ crit: ["exp"], exp: 1 }),
    detail: /extension/,
  },
  "has an empty list of critical extensions": { make: heading({ crit: [] }), detail: /extension/ },
  "has a payload that is not encoded": {
    make: heading({ crit: ["b64"], b64: false }),
    detail: /extension/,
  },
  "says that its payload is not encoded": { make: heading({ b64: false }), detail: /extension/ },
  "says its algorithm twice": {
    make: () => {
      const header = JSON.stringify(service.header).replace("{", '{"alg":"none",');
      return signParts(header, JSON.stringify(service.claims()), { by: service.key });
    },
    detail: /twice/,
  },
};

function signWithSecret(secret: string): Promise<string> {
  return new jose.SignJWT(service.claims()).setProtectedHeader({ ...service.header, alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
}

const PAYLOADS: Record<string, Attack> = {
  "an array": { make: saying((claims) => `[${claims}]`), detail: MALFORMED },
  "text": { make: saying((claims) => JSON.stringify(claims)), detail: MALFORMED },
  "null": { make: saying(() => "null"), detail: MALFORMED },
  "nothing": { make: saying(() => ""), detail: MALFORMED },
  "not JSON": { make: saying(() => "{"), detail: MALFORMED },
  "JSON with a byte order mark": { make: saying((claims) => `\ufeff${claims}`), detail: MALFORMED },
  "not UTF-8": {
    make: saying((claims) => {
      const bytes = new TextEncoder().encode(claims);
      bytes[bytes.indexOf(0x61)] = 0xff;
      return bytes;
    }),
    detail: MALFORMED,
  },
  "another token": {
    make: async () => {
      const inner = await service.sign(service.claims());
      return await service.sign(inner, { as: { cty: "JWT" } });
    },
    detail: MALFORMED,
  },
  "nested more deeply than can be read": {
    make: withMembers(`"a":${"[".repeat(5_000)}1.0${"]".repeat(5_000)}`),
    detail: MALFORMED,
  },
  "an object with a claim twice": { make: withMembers('"tenant":"globex"'), detail: /twice/ },
  "an object with a claim twice, once with an escape": {
    make: withMembers('"t\\u0065nant":"globex"'),
    detail: /twice/,
  },
  "an object with a nested member twice": {
    make: withMembers('"org":{"id":1,"id":2}'),
    detail: /twice/,
  },
};

const AHEAD = () => now() + 600;

const CLAIMS: Record<string, Attack> = {
  "has expired": { make: () => claiming({ exp: now() - 60 })(), detail: /expired/ },
  "expired before 1970": { make: claiming({ exp: -1 }), detail: /expired/ },
  "never expires": { make: claiming({ exp: undefined }), detail: /"exp" is missing/ },
  "has null as its expiry": { make: claiming({ exp: null }), detail: /"exp" is not a number/ },
  "has a string as its expiry": {
    make: () => claiming({ exp: `${AHEAD()}` })(),
    detail: /"exp" is not a number/,
  },
  "expires in milliseconds": {
    make: () => claiming({ exp: AHEAD() * 1000 })(),
    detail: /"exp" lies beyond the year 9999/,
  },
  "expires beyond any date": {
    make: saying((claims) => claims.replace(/"exp":\d+/, '"exp":1e400')),
    detail: /"exp" lies beyond/,
  },
  "is not valid yet": { make: () => claiming({ nbf: AHEAD() })(), detail: /"nbf" lies in the fut/ },
  "has a string as its begin": { make: claiming({ nbf: "0" }), detail: /"nbf" is not a number/ },
  "has null as its begin": { make: claiming({ nbf: null }), detail: /"nbf" is not a number/ },
  "begins beyond any date": {
    make: withMembers('"nbf":1e400'),
    detail: /"nbf" lies in the future/,
  },
  "was issued in the future": {
    make: () => claiming({ iat: AHEAD() })(),
    detail: /"iat" lies in the future/,
  },
  "was issued in milliseconds": {
    make: () => claiming({ iat: now() * 1000 })(),
    detail: /"iat" lies in the future/,
  },
  "has a list as its date of issue": { make: claiming({ iat: [0] }), detail: /"iat" is not a num/ },
  "has no subject": { make: claiming({ sub: undefined }), detail: /"sub" is missing/ },
  ...formsOf(
    "sub",
    [null, "", 5, 0, true, {}, [], ["someone"], { a: 1 }],
    /is not a non-empty string/,
  ),
  ...formsOf("client_id", [null, "", 5, {}, ["writer"]], /is not a non-empty string/),
  ...formsOf("azp", [null, "", 5, {}, ["writer"]], /is not a non-empty string/),
  "is for another audience": {
    make: claiming({ aud: `${DEV_AUDIENCE}:other` }),
    detail: /"aud" does not name/,
  },
  "is for an audience that begins like this one": {
    make: claiming({ aud: DEV_AUDIENCE.slice(0, -1) }),
    detail: /"aud" does not name/,
  },
  "is for the audience in upper case": {
    make: claiming({ aud: DEV_AUDIENCE.toUpperCase() }),
    detail: /"aud" does not name/,
  },
  "is for nobody": { make: claiming({ aud: undefined }), detail: /"aud" is missing/ },
  "is for no audience of a list": { make: claiming({ aud: [] }), detail: /"aud" does not name/ },
  ...formsOf(
    "aud",
    [null, 5, {}, [[DEV_AUDIENCE]], [DEV_AUDIENCE, 5], { [DEV_AUDIENCE]: true }],
    /is not a string or an array of strings/,
  ),
  "is bound to a key": {
    make: claiming({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }),
    detail: /is bound to a key, and this service cannot check proofs/,
  },
  "is from another issuer": {
    make: claiming({ iss: "https://issuer.example" }),
    detail: /"iss" names no issuer that this service trusts/,
  },
  "is from the issuer with a slash more": {
    make: () => claiming({ iss: `${service.provider.issuer}/` })(),
    detail: /"iss" names no issuer that this service trusts/,
  },
  "is from nobody": { make: claiming({ iss: undefined }), detail: /"iss" is missing/ },
  "is from a list of issuers": {
    make: () => claiming({ iss: [service.provider.issuer] })(),
    detail: /"iss" is not a non-empty string/,
  },
  ...formsOf("scope", [null, 5, {}, [["stations:read"]], ["a", 5]], /is not a string or an array/),
};

/** A case for each value of a claim that the token has instead of a good one. */
function formsOf(claim: string, values: readonly unknown[], reason: RegExp) {
  return Object.fromEntries(values.map((value) => [
    `has ${JSON.stringify(value)} as "${claim}"`,
    { make: claiming({ [claim]: value }), detail: new RegExp(`"${claim}" ${reason.source}`) },
  ]));
}

const KINDS: Record<string, Attack> = {
  "is a logout token": {
    make: heading({ typ: "logout+jwt" }),
    detail: /its header "typ" names another kind/,
  },
  "is a DPoP proof": { make: heading({ typ: "dpop+jwt" }), detail: /"typ" names another kind/ },
  "is a security event": {
    make: heading({ typ: "application/secevent+jwt" }),
    detail: /"typ" names another kind/,
  },
  "has an empty type": { make: heading({ typ: "" }), detail: /"typ" names another kind/ },
  "has a number as its type": { make: heading({ typ: 5 }), detail: /"typ" is not a string/ },
  "has a type that only ends like that of access tokens": {
    make: heading({ typ: "text/at+jwt" }),
    detail: /"typ" names another kind/,
  },
  "is an ID token, by the hash of its access token": {
    make: withoutTyp({ at_hash: "MTIzNDU2Nzg5MDEyMzQ1Ng" }),
    detail: /has the claim "at_hash"/,
  },
  "is an ID token, by the hash of its code": {
    make: heading({ typ: "JWT" }, { c_hash: "MTIzNDU2Nzg5MDEyMzQ1Ng" }),
    detail: /has the claim "c_hash"/,
  },
  "is an ID token, by its nonce": {
    make: heading({ typ: "jwt" }, { nonce: "n-0S6_WzA2Mj" }),
    detail: /has the claim "nonce"/,
  },
  "is a logout token without a type": {
    make: withoutTyp({ events: { "http://schemas.openid.net/event/backchannel-logout": {} } }),
    detail: /has the claim "events"/,
  },
  "is a Keycloak ID token": {
    make: heading({ typ: "JWT" }, { typ: "ID" }),
    detail: /its claim "typ" names another kind/,
  },
  "is a Keycloak refresh token": {
    make: heading({ typ: "JWT" }, { typ: "Refresh" }),
    detail: /its claim "typ" names another kind/,
  },
  "is a Keycloak offline token": {
    make: heading({ typ: "JWT" }, { typ: "Offline" }),
    detail: /its claim "typ" names another kind/,
  },
  "is a Keycloak logout token": {
    make: heading({ typ: "JWT" }, { typ: "Logout" }),
    detail: /its claim "typ" names another kind/,
  },
  "has a list as its kind": {
    make: heading({ typ: "JWT" }, { typ: ["Bearer"] }),
    detail: /its claim "typ" names another kind/,
  },
  "is an access token by its header and an ID token by its claims": {
    make: heading({ typ: "at+jwt" }, { typ: "ID" }),
    detail: /its claim "typ" names another kind/,
  },
  "is a Cognito ID token": {
    make: withoutTyp({ token_use: "id" }),
    detail: /its claim "token_use" names another kind/,
  },
  "has the hash of an access token, whatever its kind says": {
    make: heading({ typ: "JWT" }, { typ: "Bearer", at_hash: "MTIzNDU2Nzg5MDEyMzQ1Ng" }),
    detail: /has the claim "at_hash"/,
  },
};

describe("A token is refused", () => {
  const ATTACKS = [
    ...Object.entries(SIGNATURES).map(([name, attack]) => [`that ${name}`, attack] as const),
    ...Object.entries(PAYLOADS).map(([name, attack]) =>
      [`whose payload is ${name}`, attack] as const
    ),
    ...Object.entries(CLAIMS).map(([name, attack]) => [`that ${name}`, attack] as const),
    ...Object.entries(KINDS).map(([name, attack]) => [`that ${name}`, attack] as const),
  ];
  for (const [name, { make, detail }] of ATTACKS) {
    it(name, async () => {
      const response = await get(await make());
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

describe("A token is taken", () => {
  const GOOD: Record<string, Make> = {
    "that the provider issued": () => service.token("writer"),
    "that is signed with the provider's key": claiming({}),
    "that names no key": heading({ kid: undefined }),
    "that several audiences share": claiming({ aud: ["urn:example:other", DEV_AUDIENCE] }),
    "that expired a moment ago, because clocks differ": () => claiming({ exp: now() - 1 })(),
    "that was issued a moment in the future": () => claiming({ iat: now() + 2, nbf: now() + 2 })(),
    "whose dates have fractions": () => claiming({ exp: now() + 9.5, iat: now() - 0.5 })(),
    "whose dates are written with a fraction or an exponent": saying((claims) =>
      claims.replace(/"(exp|iat)":(\d+)/g, '"$1":$2.0').replace("{", '{"nbf":1.7e9,')
    ),
    "that expires in the year 9999": claiming({ exp: 253_402_300_799 }),
    "that does not say when it was issued": claiming({ iat: undefined }),
    "that names its client in another claim": claiming({ client_id: undefined, azp: "writer" }),
    "that names no client": claiming({ client_id: undefined }),
    "whose scopes are a list": claiming({ scope: ["stations:read", "observations:read"] }),
    "whose scopes are in another claim": claiming({ scope: undefined, scp: "stations:read" }),
    "whose scopes are a list in another claim": claiming({
      scope: undefined,
      scp: ["stations:read"],
    }),
    "that brings the certificate of its key": heading({ x5t: "YQ", x5c: ["YQ=="] }),
    "of the type of access tokens, in full": heading({ typ: "application/at+jwt" }),
    "of the type of access tokens, in capitals": heading({ typ: "AT+JWT" }),
    "of a type that is configured": heading({ typ: "acme-access+jwt" }),
    "of a type that is configured, in full": heading({ typ: "Application/ACME-access+jwt" }),
    "of a type that is configured, by its claim": heading(
      { typ: "JWT" },
      { typ: "acme-access+jwt" },
    ),
    "of the type of access tokens, with claims of other kinds": heading(
      { typ: "at+jwt" },
      { nonce: "n", events: ["login"] },
    ),
    "of no type": withoutTyp({}),
    "of the type of any token": heading({ typ: "JWT" }),
    "of Keycloak": heading({ typ: "JWT" }, { typ: "Bearer", azp: "writer", nonce: "n" }),
    "of Cognito": withoutTyp({ token_use: "access", scope: "stations:read" }),
  };
  for (const [name, make] of Object.entries(GOOD)) {
    it(name, async () => {
      const response = await get(await make());
      expect([response.status, (await response.json()).detail]).toEqual([200, undefined]);
    });
  }
});
