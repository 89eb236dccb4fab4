import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { SIGNATURE_ALGORITHMS } from "../codec/jwk/signature_algorithms.ts";
import { readConfig } from "./config.ts";
import { ConfigError } from "./config_error.ts";
import { type TrustedIssuer, trustedIssuers } from "./trusted_issuer.ts";

type Environment = Record<string, string>;

const REQUIRED: Environment = {
  CASSANDRA_CONTACT_POINTS: "10.0.0.1",
  CASSANDRA_LOCAL_DATACENTER: "dc1",
  CURSOR_KEY: btoa("k".repeat(32)),
};
const ACME = { issuer: "https://login.acme.example", audience: "urn:weather" };
const GLOBEX = { issuer: "https://globex.example/", audience: "weather" };

/** What is left out of an issuer. */
const DEFAULTS: Omit<TrustedIssuer, "issuer" | "audience"> = {
  keyFile: null,
  introspection: null,
  algorithms: SIGNATURE_ALGORITHMS,
  tokenTypes: [],
  scopeClaims: null,
  roles: new Map(),
  claims: [],
};

function issuersOf(env: Environment): readonly TrustedIssuer[] {
  return trustedIssuers(readConfig({ ...REQUIRED, ...env }));
}

function mistakesOf(env: Environment): readonly string[] {
  try {
    issuersOf(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

let directory: string;
before(async () => {
  directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  await Deno.writeTextFile(`${directory}/roles.json`, '{"Admins": ["stations:write"]}');
  await Deno.writeTextFile(`${directory}/keys.json`, '{"keys": [{"kty": "EC"}]}');
});
after(() => Deno.remove(directory, { recursive: true }));

describe("OIDC_ISSUERS", () => {
  it("is no issuer at all by default", () => {
    expect(issuersOf({})).toEqual([]);
    expect(issuersOf({ OIDC_ISSUERS: "" })).toEqual([]);
  });

  it("is a JSON list", () => {
    expect(issuersOf({ OIDC_ISSUERS: JSON.stringify([ACME, GLOBEX]) })).toEqual([
      { ...ACME, ...DEFAULTS },
      { ...GLOBEX, ...DEFAULTS },
    ]);
  });

  it("is the path of a file, whose own paths begin at its folder", async () => {
    const path = `${directory}/issuers.json`;
    const list = [{
      ...ACME,
      jwks_file: "keys.json",
      algorithms: ["RS256"],
      token_types: ["application/okta-internal-at+jwt"],
      scope_claims: ["realm_access.roles", 'resource_access."my.api".roles'],
      roles_file: "roles.json",
      claims: { tenant: ["acme", "acme-test"], "org.id": [5, true], '"https://a/t"': ["x"] },
    }, {
      ...GLOBEX,
      roles_file: `${directory}/roles.json`,
      introspection: { client_id: "gateway", client_secret_file: "secret" },
    }];
    await Deno.writeTextFile(`${directory}/secret`, "s3cret\n");
    await Deno.writeTextFile(path, JSON.stringify(list));
    const roles = new Map([["Admins", ["stations:write"]]]);
    expect(issuersOf({ OIDC_ISSUERS: path })).toEqual([{
      ...ACME,
      keyFile: `${directory}/keys.json`,
      introspection: null,
      algorithms: ["RS256"],
      tokenTypes: ["application/okta-internal-at+jwt"],
      scopeClaims: [["realm_access", "roles"], ["resource_access", "my.api", "roles"]],
      roles,
      claims: [
        { path: ["tenant"], values: new Set(["acme", "acme-test"]) },
        { path: ["org", "id"], values: new Set([5, true]) },
        { path: ["https://a/t"], values: new Set(["x"]) },
      ],
    }, {
      ...GLOBEX,
      ...DEFAULTS,
      introspection: { clientId: "gateway", clientSecret: "s3cret" },
      roles,
    }]);
  });

  it("takes issuers apart that differ in a slash or in case", () => {
    const names = ["https://a.example", "https://a.example/", "https://A.example"];
    const list = names.map((issuer) => ({ ...ACME, issuer }));
    expect(issuersOf({ OIDC_ISSUERS: JSON.stringify(list) }).map(({ issuer }) => issuer))
      .toEqual(names);
  });

  const LIMITED: Record<string, object> = {
    "all claims with scopes": {
      claims: { scope: ["a"], scp: ["a"], permissions: ["a"], roles: ["b"], tenant: ["acme"] },
    },
    "the only claim with scopes": { scope_claims: ["scope"], claims: { scope: ["a"] } },
    "claims without scopes": { scope_claims: ["scope"], claims: { scp: ["a"], "a.scope": ["a"] } },
  };
  for (const [what, members] of Object.entries(LIMITED)) {
    it(`may limit ${what}`, () => {
      expect(mistakesOf({ OIDC_ISSUERS: JSON.stringify([{ ...ACME, ...members }]) })).toEqual([]);
    });
  }

  const ODD: Record<string, [list: unknown, mistake: RegExp]> = {
    "an empty list": [[], /expected a JSON list of objects/],
    "a single issuer": [ACME, /expected a JSON list of objects/],
    "a list of names": [["https://a.example"], /expected a JSON list of objects/],
    "an issuer without a name": [
      [{ audience: "a" }],
      /^OIDC_ISSUERS has "\[0\]": its "issuer" does not fit: it is missing/,
    ],
    "an issuer without an audience": [
      [{ issuer: "https://a.example" }],
      /^OIDC_ISSUERS has "https:\/\/a\.example": its "audience" does not fit: it is missing/,
    ],
    "an audience that is a list": [[{ ...ACME, audience: ["a"] }], /"audience" does not fit/],
    "an issuer over plain HTTP": [
      [{ ...ACME, issuer: "http://a.example" }],
      /its "issuer" does not fit: only https/,
    ],
    "an issuer that is not a URL": [[{ ...ACME, issuer: "acme" }], /expected a URL/],
    "a symmetric algorithm": [
      [{ ...ACME, algorithms: ["RS256", "HS256"] }],
      /its "algorithms" does not fit: "HS256" is not one of ES256/,
    ],
    "no algorithm": [[{ ...ACME, algorithms: [] }], /its "algorithms" does not fit/],
    "the algorithm none": [[{ ...ACME, algorithms: ["none"] }], /"none" is not one of/],
    "an odd type": [[{ ...ACME, token_types: ["a b"] }], /its "token_types" .*"a b": expected/],
    "an odd path": [[{ ...ACME, scope_claims: ["a..b"] }], /its "scope_claims" .*"a\.\.b" is not/],
    "a file of roles that is not there": [
      [{ ...ACME, roles_file: "/none.json" }],
      /its "roles_file" does not fit: the file cannot be read/,
    ],
    "a file of keys that is not there": [
      [{ ...ACME, jwks_file: "/none.json" }],
      /its "jwks_file" does not fit: the file cannot be used/,
    ],
    "a client without a secret": [
      [{ ...ACME, introspection: { client_id: "a" } }],
      /its "introspection" does not fit: expected/,
    ],
    "a client whose secret is in the list": [
      [{ ...ACME, introspection: { client_id: "a", client_secret: "s3cret" } }],
      /its "introspection" does not fit: expected(?!.*s3cret)/,
    ],
    "a secret that is not there": [
      [{ ...ACME, introspection: { client_id: "a", client_secret_file: "/none" } }],
      /its "introspection" does not fit: the secret cannot be read/,
    ],
    "a limit that is not a list": [
      [{ ...ACME, claims: { tenant: "acme" } }],
      /its "claims" does not fit: "tenant" needs a list/,
    ],
    "a limit that nothing meets": [[{ ...ACME, claims: { tenant: [] } }], /"tenant" needs a list/],
    "a limit of nulls": [[{ ...ACME, claims: { tenant: [null] } }], /"tenant" needs a list/],
    "a list of limits": [[{ ...ACME, claims: ["acme"] }], /expected an object of lists/],
    "a limit on one of the usual claims with scopes": [
      [{ ...ACME, claims: { scope: ["stations:read"] } }],
      /its "claims" limit scope, and it may grant any scope in scp, permissions, roles: limit these too/,
    ],
    "limits on some of its own claims with scopes": [
      [{ ...ACME, scope_claims: ["a.b", '"https://a/b"'], claims: { "a.b": ["c"] } }],
      /its "claims" limit a\.b, and it may grant any scope in "https:\/\/a\/b": limit/,
    ],
    "a misspelt member": [
      [{ ...ACME, algorithm: ["RS256"] }],
      /"algorithm" is not a member of an issuer: did you mean "algorithms"/,
    ],
    "an issuer twice": [[ACME, ACME], /the list names this issuer twice/],
  };
  for (const [what, [list, mistake]] of Object.entries(ODD)) {
    it(`cannot be ${what}`, () => {
      expect(mistakesOf({ OIDC_ISSUERS: JSON.stringify(list) })).toEqual([
        expect.stringMatching(mistake),
      ]);
    });
  }

  it("names no member twice, and is JSON", () => {
    const twice = '[{"issuer": "https://a.example", "audience": "a", "audience": "b"}]';
    for (const text of [twice, "[{", `${directory}/none.json`]) {
      expect(mistakesOf({ OIDC_ISSUERS: text })).toEqual([
        expect.stringMatching(/^OIDC_ISSUERS (has|is) /),
      ]);
    }
  });

  it("asks one issuer at most about tokens, and with no keys beside", async () => {
    const file = `${directory}/own_secret`;
    await Deno.writeTextFile(file, "s3cret");
    const introspection = { client_id: "gateway", client_secret_file: file };
    const two = [{ ...ACME, introspection }, { ...GLOBEX, introspection }];
    expect(mistakesOf({ OIDC_ISSUERS: JSON.stringify(two) })).toEqual([
      `OIDC_ISSUERS has "${GLOBEX.issuer}": only one issuer may have "introspection", and an earlier one has it`,
    ]);
    const both = [{ ...ACME, introspection, jwks_file: `${directory}/keys.json` }];
    expect(mistakesOf({ OIDC_ISSUERS: JSON.stringify(both) })).toEqual([
      expect.stringMatching(/it has both "introspection" and "jwks_file"/),
    ]);
  });

  it("reports every mistake", () => {
    const list = [{ ...ACME, audience: 5, claims: 5 }, { issuer: "x", audience: "y" }];
    expect(mistakesOf({ OIDC_ISSUERS: JSON.stringify(list) })).toHaveLength(3);
  });

  it("cannot stand beside OIDC_ISSUER, nor beside what describes it", () => {
    const OIDC_ISSUERS = JSON.stringify([ACME]);
    const beside: Environment = {
      OIDC_ISSUER: "https://b.example",
      OIDC_AUDIENCE: "b",
      JWT_JWKS_FILE: `${directory}/keys.json`,
      OIDC_TOKEN_TYPES: "JWT",
      OIDC_SCOPE_CLAIM: "scope",
      ROLES_FILE: `${directory}/roles.json`,
    };
    expect(mistakesOf({ OIDC_ISSUERS, ...beside })).toEqual(
      Object.keys(beside).map((name) =>
        `${name} cannot be set together with OIDC_ISSUERS: set it for each issuer in the list`
      ),
    );
    expect(mistakesOf({ OIDC_ISSUERS, OIDC_ISSUER: "https://b.example" })).toContain(
      "OIDC_ISSUER cannot be set together with OIDC_ISSUERS: set it for each issuer in the list",
    );
  });
});

describe("OIDC_ISSUER", () => {
  it("is one issuer, with the settings after it", () => {
    const env = {
      OIDC_ISSUER: ACME.issuer,
      OIDC_AUDIENCE: ACME.audience,
      JWT_JWKS_FILE: `${directory}/keys.json`,
      OIDC_TOKEN_TYPES: "JWT",
      OIDC_SCOPE_CLAIM: "a.b",
    };
    expect(issuersOf(env)).toEqual([{
      ...ACME,
      ...DEFAULTS,
      keyFile: `${directory}/keys.json`,
      tokenTypes: ["JWT"],
      scopeClaims: [["a", "b"]],
    }]);
  });

  it("may be asked about tokens by a client with a secret", () => {
    const env = {
      OIDC_ISSUER: ACME.issuer,
      OIDC_AUDIENCE: ACME.audience,
      INTROSPECTION_CLIENT_ID: "gateway",
      INTROSPECTION_CLIENT_SECRET: "s3cret",
    };
    const introspection = { clientId: "gateway", clientSecret: "s3cret" };
    expect(issuersOf(env)).toEqual([{ ...ACME, ...DEFAULTS, introspection }]);
    const { INTROSPECTION_CLIENT_SECRET: _, ...withoutSecret } = env;
    expect(mistakesOf(withoutSecret)).toEqual([
      "INTROSPECTION_CLIENT_SECRET is not set, but INTROSPECTION_CLIENT_ID is: set it, or remove INTROSPECTION_CLIENT_ID",
    ]);
    expect(mistakesOf({ ...env, OIDC_ISSUER: "", OIDC_AUDIENCE: "" })).toEqual([
      "INTROSPECTION_CLIENT_ID is set, but OIDC_ISSUER is not: set OIDC_ISSUER to the issuer to ask",
    ]);
    expect(mistakesOf({ ...env, JWT_JWKS_FILE: `${directory}/keys.json` })).toEqual([
      "JWT_JWKS_FILE cannot be set together with INTROSPECTION_CLIENT_ID: a token that the issuer is asked about needs no keys",
    ]);
  });

  it("must be there beside a file of keys, which must have public keys", async () => {
    const path = `${directory}/private.json`;
    await Deno.writeTextFile(path, '{"keys": [{"kty": "EC", "d": "s3cret"}]}');
    expect(mistakesOf({ JWT_JWKS_FILE: path })).toEqual([
      `JWT_JWKS_FILE is "${path}": the file cannot be used: key 0 has the secret member "d": keep only its public part`,
      "JWT_JWKS_FILE is set, but OIDC_ISSUER is not: set OIDC_ISSUER to the issuer of these keys",
    ]);
  });
});
