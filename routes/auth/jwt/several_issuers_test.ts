import { expect } from "@std/expect";
import { after, beforeEach, describe, it } from "@std/testing/bdd";
import * as jose from "jose";
import { DEV_AUDIENCE } from "../../../dev/oidc/provider.ts";
import {
  KEYS_PATH,
  type OwnIssuer,
  startOwnIssuer,
  trust,
} from "../../../tests/support/auth/own_issuer.ts";
import { claimsOf, publicPart, signJwt } from "../../../tests/support/auth/token_signer.ts";
import type { TrustedIssuer } from "../issuer/trusted_issuer.ts";
import { createJwtVerifier, type JwtVerifier } from "./verify_jwt.ts";

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());

let own: OwnIssuer;
let other: OwnIssuer;
let verifier: JwtVerifier;

const INVALID = { code: "invalid_token" };

describe("createJwtVerifier() given several issuers", () => {
  const both = (changes: Partial<TrustedIssuer> = {}) =>
    createJwtVerifier({ issuers: [trust(own), trust(other, changes)], observe: () => {} });
  beforeEach(async () => {
    own = stack.use(await startOwnIssuer());
    other = stack.use(await startOwnIssuer());
    verifier = both();
  });

  it("checks each token by the issuer that it names", async () => {
    for (const issuer of [own, other]) {
      const identity = await verifier.verify(await issuer.token(), "address");
      expect([identity.issuer, identity.caller])
        .toEqual([issuer.issuer, JSON.stringify([issuer.issuer, "someone"])]);
    }
  });

  it("never uses the key of another issuer, of the same name or not", async () => {
    await other.rotate({ kid: "of the other" });
    const [named, same] = other.keys;
    expect(same!.kid).toBe(own.keys[0]!.kid);
    await verifier.warmUp();
    for (const by of [named!, same!]) {
      for (const kid of [by.kid!, null]) {
        const forged = await own.token({ by, kid });
        await expect(verifier.verify(forged, "address")).rejects.toMatchObject(INVALID);
        await verifier.verify(await other.token({ by, kid }), "address");
      }
    }
  });

  it("takes only each issuer's own algorithms, audience and types", async () => {
    verifier = both({
      algorithms: ["RS256"],
      audience: "other",
      tokenTypes: ["special"],
    });
    const claims = { ...claimsOf(other), aud: "other" };
    const { privateKey, publicKey } = await jose.generateKeyPair("RS256");
    const key = { ...await jose.exportJWK(publicKey), kid: "rsa" };
    other.answer = (path) =>
      path === KEYS_PATH
        ? Response.json({ keys: [key, ...other.keys.map(publicPart)] })
        : undefined;
    const signed = (claims: jose.JWTPayload, typ: string) =>
      new jose.SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "rsa", typ })
        .sign(privateKey);
    await verifier.verify(await signed(claims, "special"), "address");
    await verifier.verify(await own.token(), "address");
    const refused = [
      await other.token({ claims: { aud: "other" } }),
      await signed({ ...claims, aud: DEV_AUDIENCE }, "at+jwt"),
      await own.token({ claims: { aud: "other" } }),
      await signJwt(claimsOf(own), { by: own.keys[0]!, as: { alg: "ES256", typ: "special" } }),
    ];
    for (const token of refused) {
      await expect(verifier.verify(token, "address")).rejects.toMatchObject(INVALID);
    }
  });

  it("refuses claims that an issuer may not make", async () => {
    verifier = both({ claims: [{ path: ["tenant"], values: new Set(["globex"]) }] });
    await verifier.verify(await other.token({ claims: { tenant: "globex" } }), "address");
    await verifier.verify(await own.token({ claims: { tenant: "acme" } }), "address");
    await expect(verifier.verify(await other.token(), "address")).rejects.toMatchObject({
      ...INVALID,
      message: expect.stringContaining('claim "tenant" has a value that its issuer may not give'),
    });
  });

  it("refuses unknown issuers without asking anybody, however they are written", async () => {
    const stranger = await startOwnIssuer();
    stack.use(stranger);
    const { issuer } = own;
    const names = [
      stranger.issuer,
      `${issuer}/`,
      issuer.toUpperCase(),
      ` ${issuer}`,
      `${issuer}\0`,
      `${issuer}\u200b`,
      issuer.replace("http", "\uff48ttp"),
      `${issuer}/../`,
      `${issuer}?`,
      `${issuer}#`,
      issuer.replace("127.0.0.1", "localhost"),
      issuer.replace("127.0.0.1", "127.1"),
      "__proto__",
      "",
      [issuer],
      { [issuer]: issuer },
      null,
      5,
    ];
    for (const iss of names) {
      for (const by of [own.keys[0]!, stranger.keys[0]!]) {
        const token = await own.token({ claims: { iss }, by });
        await expect(verifier.verify(token, "address")).rejects.toMatchObject(INVALID);
      }
    }
    expect([own, other, stranger].flatMap(({ requests }) => requests)).toEqual([]);
  });

  it("refuses a token that names two issuers", async () => {
    for (const iss of ["iss", "\\u0069ss"]) {
      const [before, after] = [own, other].map(({ issuer }) => JSON.stringify(issuer));
      const payload = JSON.stringify(claimsOf(own))
        .replace(`"iss":${before}`, `"iss":${before},"${iss}":${after}`);
      for (const by of [own.keys[0]!, other.keys[0]!]) {
        const token = await signJwt(payload, {
          by,
          as: { alg: "ES256", typ: "at+jwt", kid: by.kid },
        });
        await expect(verifier.verify(token, "address")).rejects.toMatchObject(INVALID);
      }
    }
  });

  it("takes the tokens of an issuer while another is away, or fills its queue", async () => {
    const { promise: slow, resolve } = Promise.withResolvers<void>();
    other.answer = async () => {
      await slow;
      return new Response(null, { status: 500 });
    };
    const outcomes: Record<string, number> = {};
    const waiting = Array.from(
      { length: 1_200 },
      async (_, index) =>
        verifier.verify(await other.token(), `address ${index % 3}`).catch(({ code }) => {
          outcomes[code] = (outcomes[code] ?? 0) + 1;
        }),
    );
    for (let index = 0; index < 3; index++) {
      await verifier.verify(await own.token(), `address ${index}`);
    }
    resolve();
    await Promise.all(waiting);
    expect(outcomes).toEqual({ too_busy: 1_200 - 1_024, issuer_unavailable: 1_024 });
    await verifier.verify(await own.token({ claims: { sub: "later" } }), "address");
  });

  it("cannot trust an issuer twice", () => {
    expect(() => createJwtVerifier({ issuers: [trust(own), trust(own)], observe: () => {} }))
      .toThrow(TypeError);
  });
});
