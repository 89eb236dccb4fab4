import { expect } from "@std/expect";
import { after, afterEach, before, beforeEach, describe, it } from "@std/testing/bdd";
import * as jose from "jose";
import { type OwnIssuer, startOwnIssuer, trust } from "../../tests/support/auth/own_issuer.ts";
import { claimsOf, signJwt } from "../../tests/support/auth/token_signer.ts";
import { createTokenAuthenticator, type TokenAuthenticator } from "./token_authenticator.ts";

let own: OwnIssuer & AsyncDisposable;
let authenticator: TokenAuthenticator;
before(async () => {
  own = await startOwnIssuer();
  authenticator = createTokenAuthenticator({
    issuers: [trust(own)],
    observe: () => {},
  });
  await authenticator.warmUp();
});
after(() => own[Symbol.asyncDispose]());

const addressOf = () => "address";

describe("createTokenAuthenticator()", () => {
  it("verifies a token once for requests at the same time", async () => {
    const token = await own.token();
    // Twice as many as one address may have in the queue.
    const requests = Array.from(
      { length: 1_024 },
      () => authenticator.authenticate(token, addressOf),
    );
    expect(new Set(await Promise.all(requests)).size).toBe(1);
  });

  it("remembers the identity of a token", async () => {
    const token = await own.token({ claims: { sub: "known" } });
    const identity = await authenticator.authenticate(token, addressOf);
    const asked = () => {
      throw new Error("Cannot be asked for: the token is known");
    };
    expect(await authenticator.authenticate(token, asked)).toBe(identity);
  });

  it("refuses a token each time", async () => {
    const token = await own.token({ kid: "unknown" });
    const refused = { code: "invalid_token" };
    await expect(authenticator.authenticate(token, addressOf)).rejects.toMatchObject(refused);
    await expect(authenticator.authenticate(token, addressOf)).rejects.toMatchObject(refused);
  });

  describe("given an issuer that is asked about its tokens", () => {
    let authenticator: TokenAuthenticator;
    let asked: string[];
    let opaque: OwnIssuer & AsyncDisposable;
    beforeEach(async () => {
      opaque = await startOwnIssuer();
      asked = [];
      opaque.introspect = (form) => {
        asked.push(form.get("token")!);
        return { active: true, token_type: "Bearer", ...claimsOf(opaque) };
      };
      const introspection = { clientId: "gateway", clientSecret: "s3cret" };
      authenticator = createTokenAuthenticator({
        issuers: [trust(own), trust(opaque, { introspection })],
        observe: () => {},
      });
    });
    afterEach(() => opaque[Symbol.asyncDispose]());

    it("asks about tokens that are not JWTs, and about those that name it", async () => {
      const named = await opaque.token();
      const tokens = ["opaque", "a.b.c", "eyJhbGciOiJkaXIifQ..a.b.c", named];
      for (const token of tokens) {
        expect((await authenticator.authenticate(token, addressOf)).issuer).toBe(opaque.issuer);
      }
      expect(asked).toEqual(tokens);
    });

    it("shows it no JWT of others, whether they are trusted or not", async () => {
      const stranger = { issuer: "https://issuer.example" };
      const by = own.keys[0]!;
      const as = { alg: "ES256", kid: by.kid };
      await authenticator.authenticate(await own.token(), addressOf);
      const refused = [
        await signJwt(claimsOf(stranger), { by, as }),
        await signJwt({ ...claimsOf(own), iss: undefined }, { by, as }),
        await signJwt({ ...claimsOf(own), iss: [opaque.issuer] }, { by, as }),
        await own.token({ claims: { exp: 1 } }),
        new jose.UnsecuredJWT(claimsOf(own)).encode(),
      ];
      for (const token of refused) {
        await expect(authenticator.authenticate(token, addressOf))
          .rejects.toMatchObject({ code: "invalid_token" });
      }
      expect(asked).toEqual([]);
    });

    it("keeps nothing of a token that is refused at once", async () => {
      const head = btoa('{"alg":"ES256"}').replaceAll("=", "");
      const outcomes = [];
      for (const payload of ["{}", '{"iss":5}', "[]", "no json"]) {
        const token = `${head}.${btoa(payload).replaceAll("=", "")}.AAAA`;
        for (let attempt = 0; attempt < 2; attempt++) {
          outcomes.push(await authenticator.authenticate(token, addressOf).catch((error) => error));
        }
      }
      expect(outcomes.map(({ code }) => code)).toEqual(Array(8).fill("invalid_token"));
      // A refusal that was kept would be given out again.
      expect(new Set(outcomes).size).toBe(8);
    });

    it("asks once about requests at the same time, and remembers the answer", async () => {
      await Promise.all(
        Array.from({ length: 100 }, () => authenticator.authenticate("opaque", addressOf)),
      );
      await authenticator.authenticate("opaque", addressOf);
      expect(asked).toEqual(["opaque"]);
    });

    it("is the only one that may be asked", () => {
      const introspection = { clientId: "gateway", clientSecret: "s3cret" };
      const issuers = [own, opaque].map((issuer) => trust(issuer, { introspection }));
      expect(() => createTokenAuthenticator({ issuers, observe: () => {} })).toThrow(TypeError);
    });
  });

  it("distinguishes tokens that differ in one character", async () => {
    const token = await own.token({ claims: { sub: "known" } });
    await authenticator.authenticate(token, addressOf);
    const [head, payload, signature = ""] = token.split(".");
    const changed = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
    await expect(authenticator.authenticate(`${head}.${payload}.${changed}`, addressOf))
      .rejects.toMatchObject({ code: "invalid_token" });
  });
});
