import { expect } from "@std/expect";
import { after, beforeEach, describe, it } from "@std/testing/bdd";
import { DEV_AUDIENCE } from "../../../dev/oidc/provider.ts";
import type { Observation } from "../../../observe/observation.ts";
import { eventually } from "../../../tests/support/eventually.ts";
import {
  INTROSPECTION_PATH,
  METADATA_PATH,
  type OwnIssuer,
  startOwnIssuer,
  trust,
} from "../../../tests/support/auth/own_issuer.ts";
import { claimsOf } from "../../../tests/support/auth/token_signer.ts";
import {
  createIntrospectingVerifier,
  type IntrospectingVerifier,
} from "./introspecting_verifier.ts";

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());

const CLIENT = { clientId: "the gateway", clientSecret: "s3cret:%&é" };
const INVALID = { code: "invalid_token" };
const UNAVAILABLE = { code: "issuer_unavailable" };
const PAUSE_MS = 1_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let own: OwnIssuer;
let verifier: IntrospectingVerifier;
let observations: Observation[];
beforeEach(async () => {
  own = stack.use(await startOwnIssuer());
  own.introspect = () => active();
  observations = [];
  verifier = create();
});

function create(changes = {}): IntrospectingVerifier {
  const observe = (observation: Observation) => void observations.push(observation);
  return createIntrospectingVerifier(trust(own, changes), { client: CLIENT, observe });
}

/** What the issuer says of a good token. */
function active(changes: Record<string, unknown> = {}) {
  const said = { active: true, token_type: "Bearer", ...claimsOf(own), ...changes };
  return JSON.parse(JSON.stringify(said));
}

describe("createIntrospectingVerifier()", () => {
  it("gives the identity that the issuer says", async () => {
    own.introspect = (form, headers) => {
      expect(Object.fromEntries(form)).toEqual({
        token: "opaque-token",
        token_type_hint: "access_token",
      });
      const [scheme, credentials] = headers.get("authorization")!.split(" ");
      expect([scheme, atob(credentials!)]).toEqual([
        "Basic",
        "the+gateway:s3cret%3A%25%26%C3%A9",
      ]);
      return active();
    };
    expect(await verifier.verify("opaque-token", "address")).toMatchObject({
      issuer: own.issuer,
      subject: "someone",
      caller: JSON.stringify([own.issuer, "someone"]),
      clientId: "writer",
      scopes: new Set(["stations:read", "observations:read"]),
    });
  });

  it("takes an answer without an issuer, as nobody else was asked", async () => {
    own.introspect = () => active({ iss: undefined, token_type: "bearer" });
    expect((await verifier.verify("opaque", "address")).issuer).toBe(own.issuer);
  });

  it("takes a client for the subject of a token that it has for itself", async () => {
    own.introspect = () => active({ sub: undefined });
    expect((await verifier.verify("opaque", "address")).subject).toBe("writer");
  });

  it("takes a token that is bound to a key, whose sender has to prove it", async () => {
    const jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    own.introspect = () => active({ token_type: "DPoP", cnf: { jkt } });
    const { confirmation } = await verifier.verify("opaque", "address");
    expect(confirmation).toEqual({ key: jkt, certificate: null });
  });

  const REFUSED: Record<string, object> = {
    "an inactive token": { active: false },
    "another issuer": { iss: "https://issuer.example" },
    "another audience": { aud: "other" },
    "no audience": { aud: undefined },
    "no subject and no client": { sub: undefined, client_id: undefined },
    "a subject that is not text": { sub: null },
    "no expiry": { exp: undefined },
    "an expiry that has passed": { exp: 1 },
    "a beginning in the future": { nbf: 4e9 },
    "no type, as of a refresh token": { token_type: undefined },
    "another type": { token_type: "refresh_token" },
    "a type that is not text": { token_type: ["Bearer"] },
    "a type of proof without a key": { token_type: "DPoP" },
    "a type of proof with null for a key": { token_type: "DPoP", cnf: null },
    "a key that is not named by its thumbprint": { cnf: { jwk: {} } },
    "a refresh token of Keycloak": { typ: "Refresh" },
    "a tenant outside the issuer's limits": { tenant: "initech" },
  };
  for (const [what, changes] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, async () => {
      verifier = create({ claims: [{ path: ["tenant"], values: new Set(["acme"]) }] });
      await verifier.verify("opaque", "address");
      own.introspect = () => active({ ...changes });
      await expect(verifier.verify("opaque", "address")).rejects.toMatchObject(INVALID);
    });
  }

  const UNUSABLE: Record<string, () => Response> = {
    "a refusal of the client": () => new Response(null, { status: 401 }),
    "an error": () => new Response("Error: s3cret", { status: 500 }),
    "a redirect": () => Response.redirect(`${own.issuer}/elsewhere`),
    "HTML": () => new Response("<html>"),
    "a list": () => Response.json([active()]),
    "an answer that is not clear": () => Response.json({ ...active(), active: "true" }),
    "nothing": () => Response.json({}),
    "two answers in one": () =>
      new Response(`{"active": false, ${JSON.stringify(active()).slice(1)}`),
    "no end": () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(0x20)),
        }),
      ),
  };
  for (const [what, answer] of Object.entries(UNUSABLE)) {
    it(`is unavailable if the issuer answers with ${what}`, async () => {
      own.introspect = answer;
      const failure = await verifier.verify("opaque-token", "address").catch((error) => error);
      expect(failure).toMatchObject(UNAVAILABLE);
      expect(observations).toMatchObject([{
        kind: "introspection",
        issuer: own.issuer,
        up: false,
      }]);
      for (const secret of ["opaque-token", "s3cret", btoa("the")]) {
        expect(Deno.inspect([observations, failure.cause, failure.detail])).not.toContain(secret);
      }
      expect(own.requests).not.toContain("/elsewhere");
    });
  }

  it("is unavailable without an endpoint, and takes tokens once there is one", async () => {
    const { introspect } = own;
    own.introspect = null;
    await verifier.warmUp();
    expect(observations).toMatchObject([{ up: false, cause: expect.any(Error) }]);
    await expect(verifier.verify("opaque", "address")).rejects.toMatchObject(UNAVAILABLE);
    own.introspect = introspect;
    await sleep(PAUSE_MS);
    await verifier.verify("opaque", "address");
    expect(observations).toMatchObject([{ up: false }, { up: true }]);
  });

  it("does not ask an endpoint over plain HTTP elsewhere", async () => {
    own.answer = (path) =>
      path === METADATA_PATH
        ? Response.json({
          issuer: own.issuer,
          introspection_endpoint: "http://issuer.example/introspect",
        })
        : undefined;
    const failure = await verifier.verify("opaque", "address").catch((error) => error);
    expect(failure).toMatchObject(UNAVAILABLE);
    expect(String(failure.cause)).toContain("is not an https URL");
  });

  it("asks no further for a moment after it could not reach the issuer", async () => {
    own.introspect = () => new Response("<html>");
    const begin = performance.now();
    for (let count = 0; count < 20; count++) {
      await expect(verifier.verify(`${count}`, "address")).rejects.toMatchObject(UNAVAILABLE);
    }
    const asked = own.requests.filter((path) => path === INTROSPECTION_PATH).length;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(1 + (performance.now() - begin) / PAUSE_MS);
    own.introspect = () => active();
    await sleep(PAUSE_MS);
    await verifier.verify("opaque", "address");
  });

  it("asks about other tokens after one that the issuer cannot read", async () => {
    own.introspect = (form) =>
      form.get("token") === "odd" ? new Response(null, { status: 400 }) : active();
    await expect(verifier.verify("odd", "address")).rejects.toMatchObject(UNAVAILABLE);
    await verifier.verify("opaque", "address");
    expect(observations).toMatchObject([{ up: true }]);
  });

  it("does not ask again for two seconds about a token that it refuses", async () => {
    own.introspect = (form) => form.get("token") === "good" ? active() : { active: false };
    const begin = performance.now();
    for (let count = 0; count < 50; count++) {
      await expect(verifier.verify("revoked", "address")).rejects.toMatchObject(INVALID);
    }
    const asked = own.requests.filter((path) => path === INTROSPECTION_PATH).length;
    expect(asked).toBeLessThanOrEqual(1 + (performance.now() - begin) / 2_000);
    await verifier.verify("good", "address");
  });

  it("asks about a few tokens at a time, and lets one address wait for half of the queue", async () => {
    const { promise: slow, resolve } = Promise.withResolvers<void>();
    let atOnce = 0;
    own.introspect = async () => {
      atOnce++;
      await slow;
      return Response.json(active());
    };
    const outcomes: Record<string, number> = {};
    const asked = Array.from(
      { length: 1_200 },
      (_, index) =>
        verifier.verify(`${index}`, index < 600 ? "greedy" : `${index}`).then(
          () => outcomes.ok = (outcomes.ok ?? 0) + 1,
          ({ code }) => outcomes[code] = (outcomes[code] ?? 0) + 1,
        ),
    );
    await eventually("the issuer is asked", () => atOnce >= 16);
    await sleep(100);
    expect(atOnce).toBe(16);
    resolve();
    await Promise.all(asked);
    expect(outcomes).toEqual({
      too_many_in_flight: 600 - 512,
      too_busy: 600 - 512,
      ok: 1_024,
    });
  });

  it("names the audience that it checks", async () => {
    verifier = create({ audience: "other" });
    own.introspect = () => active({ aud: [DEV_AUDIENCE, "other"] });
    await verifier.verify("opaque", "address");
  });
});
