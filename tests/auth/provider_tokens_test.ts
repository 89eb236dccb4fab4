/**
 * The tokens of common providers, with made-up values: `tests/fixtures/tokens/` has the settings that
 * `docs/identity.md` gives for each provider, and which of its tokens are accepted and refused with them.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import * as jose from "jose";
import { z } from "zod";
import { readConfig } from "../../config/config.ts";
import { trustedIssuers } from "../../config/trusted_issuer.ts";
import { createJwtVerifier, type JwtVerifier } from "../../routes/auth/jwt/verify_jwt.ts";

const FOLDER = new URL("../fixtures/tokens/", import.meta.url);

const partsSchema = z.object({
  header: z.record(z.string(), z.unknown()),
  claims: z.record(z.string(), z.unknown()),
});
const fixtureSchema = z.strictObject({
  /** The heading of its section in the documentation. */
  provider: z.string(),
  settings: z.record(z.string(), z.string()),
  accepted: z.record(
    z.string(),
    partsSchema.extend({ scopes: z.array(z.string()), client: z.string().nullable() }),
  ),
  refused: z.record(
    z.string(),
    z.union([
      partsSchema.extend({ because: z.string() }),
      z.strictObject({ token: z.string(), because: z.string() }),
    ]),
  ),
});

const fixtures = await Promise.all(
  [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort().map(async (name) => {
    const json = JSON.parse(await Deno.readTextFile(new URL(name, FOLDER)));
    return { name, ...fixtureSchema.parse(json) };
  }),
);
const docs = await Deno.readTextFile(new URL("../../docs/identity.md", import.meta.url));

const KID = "fixture";
let privateKey: jose.CryptoKey;
let directory: string;
before(async () => {
  const pair = await jose.generateKeyPair("RS256");
  privateKey = pair.privateKey;
  const key = { ...await jose.exportJWK(pair.publicKey), kid: KID };
  directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  await Deno.writeTextFile(`${directory}/keys.json`, JSON.stringify({ keys: [key] }));
});
after(() => Deno.remove(directory, { recursive: true }));

function verifierWith(settings: Readonly<Record<string, string>>): JwtVerifier {
  const config = readConfig({
    CASSANDRA_CONTACT_POINTS: "127.0.0.1",
    CASSANDRA_LOCAL_DATACENTER: "dc1",
    CURSOR_KEY: btoa("k".repeat(32)),
    JWT_JWKS_FILE: `${directory}/keys.json`,
    ...settings,
  });
  return createJwtVerifier({ issuers: trustedIssuers(config), observe: () => {} });
}

/** A token as the provider would sign it now. */
async function sign({ header, claims }: z.infer<typeof partsSchema>): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const dated = Object.entries(claims).map(([claim, value]) => {
    const offset = /^now([+-]\d+)$/.exec(String(value))?.[1];
    return [claim, offset === undefined ? value : now + Number(offset)];
  });
  const { alg } = header;
  return await new jose.SignJWT(Object.fromEntries(dated))
    .setProtectedHeader({ ...header, alg: String(alg), kid: KID })
    .sign(alg === "HS512" ? crypto.getRandomValues(new Uint8Array(64)) : privateKey);
}

for (const { name, provider, settings, accepted, refused } of fixtures) {
  describe(`With the settings for ${provider} (${name}), a service`, () => {
    let verifier: JwtVerifier;
    before(() => {
      verifier = verifierWith(settings);
    });
    after(() => verifier.close());

    for (const [what, { scopes, client, ...parts }] of Object.entries(accepted)) {
      it(`accepts ${what}`, async () => {
        const identity = await verifier.verify(await sign(parts), "address");
        expect([[...identity.scopes], identity.clientId]).toEqual([scopes, client]);
        expect([identity.issuer, identity.subject]).toEqual([parts.claims.iss, parts.claims.sub]);
      });
    }

    for (const [what, fixture] of Object.entries(refused)) {
      it(`refuses ${what}`, async () => {
        const token = "token" in fixture ? fixture.token : await sign(fixture);
        await expect(verifier.verify(token, "address")).rejects.toMatchObject({
          code: "invalid_token",
          message: expect.stringContaining(fixture.because),
        });
      });
    }

    it("does as the documentation says", () => {
      const [, section] = docs.split(new RegExp(`^## ${provider}$`, "m"));
      expect(section).toBeDefined();
      const [own] = section!.split(/^## /m);
      const { OIDC_ISSUER: _issuer, OIDC_AUDIENCE: _audience, ...others } = settings;
      for (const text of [...Object.keys(settings), ...Object.values(others)]) {
        expect([text, own!.includes(text)]).toEqual([text, true]);
      }
    });
  });
}

it("Every kind of provider that the documentation names has its tokens here", () => {
  const names = ["Okta", "Entra ID", "Auth0", "Keycloak", "Google", "Cognito"];
  expect(new Set(fixtures.map(({ provider }) => provider))).toEqual(new Set(names));
});
