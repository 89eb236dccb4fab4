import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnIssuer, startOwnIssuer, trust } from "../../tests/support/own_issuer.ts";
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

  it("distinguishes tokens that differ in one character", async () => {
    const token = await own.token({ claims: { sub: "known" } });
    await authenticator.authenticate(token, addressOf);
    const [head, payload, signature = ""] = token.split(".");
    const changed = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
    await expect(authenticator.authenticate(`${head}.${payload}.${changed}`, addressOf))
      .rejects.toMatchObject({ code: "invalid_token" });
  });
});
