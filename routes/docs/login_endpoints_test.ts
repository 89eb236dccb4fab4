import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { freePort } from "../../dev/ports.ts";
import { startOidcProvider } from "../../dev/oidc/provider.ts";
import type { Observation } from "../../observe/observation.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { createEndpointFinder } from "./login_endpoints.ts";

/** An issuer with these metadata besides its name. */
function startIssuer(members: Readonly<Record<string, unknown>>, port = freePort()) {
  const issuer = `http://127.0.0.1:${port}`;
  let requests = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, () => {
    requests++;
    return Response.json({ issuer, ...members });
  });
  return { issuer, requests: () => requests, close: () => server.shutdown() };
}

const AUTHORIZATION = "https://login.example/authorize";
const TOKEN = "https://api.login.example/token";

describe("createEndpointFinder()", () => {
  it("finds the endpoints of a real provider, and asks once for many visitors", async () => {
    const provider = await startOidcProvider({ port: freePort() });
    const find = createEndpointFinder(provider.issuer, () => {});
    expect(await find()).toEqual({
      authorization: `${provider.issuer}/auth`,
      token: `${provider.issuer}/token`,
    });
    await provider.close();
    // They are kept while the issuer is away.
    expect(await find()).not.toBeNull();

    const counted = startIssuer({ authorization_endpoint: AUTHORIZATION, token_endpoint: TOKEN });
    const findCounted = createEndpointFinder(counted.issuer, () => {});
    const found = await Promise.all(Array.from({ length: 50 }, findCounted));
    expect(new Set(found.map((each) => each?.token))).toEqual(new Set([TOKEN]));
    expect(counted.requests()).toBe(1);
    await counted.close();
  });

  it("does without an issuer that is away, warns once, and is asked no more often", async () => {
    const observed: Observation[] = [];
    const issuer = `http://127.0.0.1:${freePort()}`;
    const find = createEndpointFinder(issuer, (observation) => observed.push(observation));
    for (let visit = 0; visit < 20; visit++) expect(await find()).toBeNull();
    expect(observed).toEqual([{
      kind: "warning",
      message: "Nobody can log in on the docs page",
      cause: expect.any(Error),
    }]);
  });

  it("lets a few visitors wait for an issuer that hangs, and no more", async () => {
    const { promise: hanging, resolve } = Promise.withResolvers<Response>();
    const port = freePort();
    await using _server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, () => hanging);
    const find = createEndpointFinder(`http://127.0.0.1:${port}`, () => {});
    let served = 0;
    const first = Array.from({ length: 64 }, () => find().then(() => served++));
    const other = await find();
    const servedBefore = served;
    resolve(new Response(null, { status: 503 }));
    expect([other, servedBefore]).toEqual([null, 0]);
    await Promise.all(first);
  });

  it("asks again once the issuer is there, even if the clock was set back meanwhile", async () => {
    const port = freePort();
    const find = createEndpointFinder(`http://127.0.0.1:${port}`, () => {});
    expect(await find()).toBeNull();
    const issuer = startIssuer(
      { authorization_endpoint: AUTHORIZATION, token_endpoint: TOKEN },
      port,
    );
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
    try {
      await eventually("people can log in", async () => await find() !== null);
    } finally {
      Date.now = now;
      await issuer.close();
    }
  });

  const UNSAFE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "no token endpoint": { authorization_endpoint: AUTHORIZATION },
    "a token endpoint over http": {
      authorization_endpoint: AUTHORIZATION,
      token_endpoint: "http://login.example/token",
    },
    "an authorization endpoint that is a script": {
      authorization_endpoint: "javascript:alert(1)",
      token_endpoint: TOKEN,
    },
    "another issuer's name": {
      issuer: "https://other.example",
      authorization_endpoint: AUTHORIZATION,
      token_endpoint: TOKEN,
    },
  };
  for (const [what, members] of Object.entries(UNSAFE)) {
    it(`takes no endpoints from metadata with ${what}`, async () => {
      const { issuer, close } = startIssuer(members);
      expect(await createEndpointFinder(issuer, () => {})()).toBeNull();
      await close();
    });
  }
});
