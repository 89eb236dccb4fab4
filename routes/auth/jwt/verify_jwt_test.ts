import { expect } from "@std/expect";
import { after, beforeEach, describe, it } from "@std/testing/bdd";
import {
  KEYS_PATH,
  type OwnIssuer,
  startOwnIssuer,
  trust,
} from "../../../tests/support/auth/own_issuer.ts";
import { claimsOf, newKey, publicPart, signJwt } from "../../../tests/support/auth/token_signer.ts";
import { createJwtVerifier, type JwtVerifier } from "./verify_jwt.ts";

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());

let own: OwnIssuer;
let verifier: JwtVerifier;
beforeEach(async () => {
  own = stack.use(await startOwnIssuer());
  verifier = createJwtVerifier({ issuers: [trust(own)], observe: () => {} });
});

const INVALID = { code: "invalid_token" };
const UNAVAILABLE = { code: "issuer_unavailable" };
const COOLDOWN_MS = 2_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("createJwtVerifier()", () => {
  it("gives the identity of the caller", async () => {
    const token = await own.token({ claims: { sub: "someone", org: 5 } });
    const identity = await verifier.verify(token, "address");
    expect(identity).toMatchObject({
      issuer: own.issuer,
      subject: "someone",
      caller: JSON.stringify([own.issuer, "someone"]),
      clientId: "writer",
      scopes: new Set(["stations:read", "observations:read"]),
    });
    expect(identity.claims.org).toBe(5);
  });

  it("fetches keys for a token with a new key, and still accepts the old key", async () => {
    await verifier.warmUp();
    const old = await own.token();
    await own.rotate();
    await sleep(COOLDOWN_MS);
    await verifier.verify(await own.token(), "address");
    await verifier.verify(old, "address");
    expect(own.requests.filter((path) => path === KEYS_PATH)).toHaveLength(2);
  });

  it("takes tokens with new keys however soon the issuer rotates them again", async () => {
    await verifier.warmUp();
    for (let count = 0; count < 4; count++) {
      await own.rotate();
      await verifier.verify(await own.token(), "address");
    }
  });

  it("takes a token whose key is newer than the answer that is under way", async () => {
    const { promise: slow, resolve } = Promise.withResolvers<void>();
    const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>();
    const old = { keys: own.keys.map(publicPart) };
    own.answer = (path) => {
      if (path !== KEYS_PATH) return undefined;
      noteAsked();
      own.answer = null;
      return slow.then(() => Response.json(old));
    };
    const first = verifier.verify(await own.token(), "address");
    await asked;
    await own.rotate({ keepOthers: false });
    const second = verifier.verify(await own.token(), "address");
    resolve();
    await Promise.all([first, second]);
  });

  it("refuses a token with a withdrawn key after the next fetch", async () => {
    const old = await own.token();
    await verifier.verify(old, "address");
    await own.rotate({ keepOthers: false });
    await sleep(COOLDOWN_MS);
    await verifier.verify(await own.token(), "address");
    await expect(verifier.verify(old, "address")).rejects.toMatchObject(INVALID);
  });

  it("asks for keys first after a quiet time, and uses the previous ones without an answer", async () => {
    verifier = createJwtVerifier({
      issuers: [trust(own)],
      maxKeyAgeMs: COOLDOWN_MS,
      observe: () => {},
    });
    const withdrawn = await own.token();
    await verifier.verify(withdrawn, "address");
    await own.rotate({ keepOthers: false });
    await sleep(COOLDOWN_MS);
    await expect(verifier.verify(withdrawn, "address")).rejects.toMatchObject(INVALID);
    own.answer = () => new Response(null, { status: 500 });
    await sleep(COOLDOWN_MS);
    await verifier.verify(await own.token(), "address");
    expect(own.requests.filter((path) => path === KEYS_PATH)).toHaveLength(2);
  });

  describe("given a token that names no key", () => {
    it("tries each key of the issuer", async () => {
      for (let count = 0; count < 4; count++) await own.rotate();
      for (const by of own.keys) {
        await verifier.verify(await own.token({ by, kid: null }), "address");
      }
      const stranger = await own.token({ by: await newKey(), kid: null });
      await expect(verifier.verify(stranger, "address")).rejects.toMatchObject(INVALID);
    });

    it("tries each key of an issuer whose keys have no names", async () => {
      await own.rotate({ keepOthers: false, kid: null });
      await own.rotate({ kid: null });
      for (const by of own.keys) await verifier.verify(await own.token({ by }), "address");
    });

    it("tries eight keys at most", async () => {
      for (let count = 0; count < 9; count++) await own.rotate();
      const [first, last] = [own.keys[0]!, own.keys.at(-1)!];
      await verifier.verify(await own.token({ by: first, kid: null }), "address");
      await expect(verifier.verify(await own.token({ by: last, kid: null }), "address"))
        .rejects.toMatchObject(INVALID);
      await verifier.verify(await own.token({ by: last }), "address");
    });

    it("fetches keys if none of the current ones fits", async () => {
      await own.rotate({ keepOthers: false, kid: null });
      await verifier.verify(await own.token(), "address");
      await own.rotate({ keepOthers: false, kid: null });
      await sleep(COOLDOWN_MS);
      await verifier.verify(await own.token(), "address");
    });
  });

  it("tries each key of the same name", async () => {
    await own.rotate({ keepOthers: false, kid: "same" });
    await own.rotate({ kid: "same" });
    for (const by of own.keys) await verifier.verify(await own.token({ by }), "address");
    const by = { ...await newKey(), kid: "same" };
    await expect(verifier.verify(await own.token({ by }), "address")).rejects.toMatchObject(
      INVALID,
    );
  });

  it("says that the issuer is unavailable until there are keys", async () => {
    own.answer = () => new Response(null, { status: 503 });
    const token = await own.token();
    await expect(verifier.verify(token, "address")).rejects.toMatchObject(UNAVAILABLE);
    own.answer = null;
    await expect(verifier.verify(token, "address")).rejects.toMatchObject(UNAVAILABLE);
    await sleep(COOLDOWN_MS);
    await verifier.verify(token, "address");
  });

  it("says that the issuer is unavailable only for unknown keys, once there are keys", async () => {
    const token = await own.token();
    await verifier.verify(token, "address");
    own.answer = () => new Response(null, { status: 503 });
    await sleep(COOLDOWN_MS);
    const unknown = await own.token({ kid: "unknown" });
    await expect(verifier.verify(unknown, "address")).rejects.toMatchObject(UNAVAILABLE);
    await verifier.verify(await own.token({ claims: { sub: "another" } }), "address");
  });

  it("never follows a link in a token, nor uses a key in it", async () => {
    await using elsewhere = await startOwnIssuer();
    const by = elsewhere.keys[0]!;
    const url = `${elsewhere.issuer}${KEYS_PATH}`;
    const headers = [
      { kid: by.kid, jku: url, x5u: url },
      { jku: url, x5u: url },
      { jwk: publicPart(by) },
      { kid: url },
    ];
    for (const header of headers) {
      const token = await signJwt(claimsOf(own), { by, as: { alg: "ES256", ...header } });
      await expect(verifier.verify(token, "address")).rejects.toMatchObject(INVALID);
    }
    expect(elsewhere.requests).toEqual([]);
  });

  it("lets tokens with unknown keys wait for a slow issuer without delaying others", async () => {
    await verifier.verify(await own.token(), "address");
    await sleep(COOLDOWN_MS);
    const { promise: slow, resolve } = Promise.withResolvers<void>();
    own.answer = async () => {
      await slow;
      return undefined as unknown as Response;
    };
    const unknown = await own.token({ kid: "unknown" });
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, index) => own.token({ claims: { sub: `known ${index}` } })),
    );
    // More than the queue holds, from several addresses.
    const outcomes: Record<string, number> = {};
    const waiting = Array.from(
      { length: 1_200 },
      (_, index) =>
        verifier.verify(unknown, `address ${index % 3}`).catch(({ code }) => {
          outcomes[code] = (outcomes[code] ?? 0) + 1;
        }),
    );
    const known = tokens.map((token) => verifier.verify(token, "address 0"));
    expect(await Promise.all(known)).toHaveLength(50);
    expect(outcomes).toEqual({ too_busy: 1_200 - 1_024 });
    resolve();
    await Promise.all(waiting);
    expect(outcomes).toEqual({ too_busy: 1_200 - 1_024, invalid_token: 1_024 });
    expect(own.requests.filter((path) => path === KEYS_PATH)).toHaveLength(2);
  });

  it("lets tokens from one address take at most half of the queue", async () => {
    const outcomes: Record<string, number> = {};
    const token = await own.token();
    const all = Array.from(
      { length: 600 },
      () =>
        verifier.verify(token, "address").catch(({ code }) => {
          outcomes[code] = (outcomes[code] ?? 0) + 1;
        }),
    );
    const other = await verifier.verify(token, "another");
    expect(other.subject).toBe("someone");
    await Promise.all(all);
    expect(outcomes).toEqual({ too_many_in_flight: 600 - 512 });
  });
});
