import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Config } from "../../config/config.ts";
import { type Service, start } from "../../composition/service.ts";
import { eventually } from "../support/eventually.ts";
import {
  EXAMPLE,
  problemOf,
  startTestService,
  statusOf,
  type TestService,
} from "../support/harness.ts";
import { held } from "../support/held_requests.ts";
import { KEYS_PATH, type OwnIssuer, startOwnIssuer } from "../support/auth/own_issuer.ts";

const QUERIES = `
-- name: read_notice :one
-- What everybody may read.
-- @route GET /notice
-- @public
SELECT release_version AS notice FROM system.local;

-- name: list_names :many
-- The names of the caller's stations.
-- @route GET /names
-- @scope stations:read
-- @param tenant_id in claim:tenant
SELECT name FROM stations WHERE tenant_id = :tenant_id;
`;

const ROWS = 2_500;
const CALLER_LIMITS = { MAX_IN_FLIGHT: "8", MAX_IN_FLIGHT_PER_CALLER: "2" };

const stack = new AsyncDisposableStack();
let own: OwnIssuer;
let service: TestService;
before(async () => {
  own = stack.use(await startOwnIssuer());
  service = stack.use(
    await startTestService({
      cqlDir: EXAMPLE,
      cql: { queries: QUERIES },
      routes: ["held/hold_caller", "held/hold_anybody"],
      env: { ...CALLER_LIMITS, OIDC_ISSUER: own.issuer },
    }),
  );
});
after(() => stack.disposeAsync());

async function startBeside(changes: Partial<Config>): Promise<Service> {
  const beside = await start({ ...service.config, ...changes });
  stack.defer(() => beside.close());
  await beside.ready;
  return beside;
}

interface Sent {
  readonly url?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

function get(path: string, { url = service.url, token, headers = {} }: Sent = {}) {
  const authorization: Record<string, string> = token === undefined
    ? {}
    : { authorization: `Bearer ${token}` };
  return fetch(`${url}${path}`, { headers: { ...authorization, ...headers } });
}

/** Sends requests that are held until they are released. */
async function hold(count: number, path: string, sent: Sent = {}) {
  const before = held.length;
  const responses = Array.from({ length: count }, () => get(path, sent));
  await eventually("they are held", () => held.length === before + count);
  return {
    async release(): Promise<number[]> {
      for (const releaseOne of held.splice(0)) releaseOne();
      return await Promise.all(responses.map(statusOf));
    },
  };
}

describe("A caller with its share in flight", () => {
  it("is refused with any of its tokens, and others are served", async () => {
    const token = await own.token({ claims: { sub: "greedy" } });
    const another = await own.token({ claims: { sub: "greedy", client_id: "reader", jti: "2" } });
    const { release } = await hold(2, "/held", { token });
    for (const each of [token, another]) {
      for (const path of ["/held", "/names"]) {
        const response = await get(path, { token: each });
        expect(response.headers.get("retry-after")).toBe("1");
        const problem = await problemOf(response);
        expect([problem.status, problem.code]).toEqual([429, "too_many_in_flight"]);
        expect(problem.detail).toContain("2 requests in flight");
      }
    }
    expect(await statusOf(get("/names", { token: await own.token() }))).toBe(200);
    expect(await statusOf(get("/notice"))).toBe(200);
    expect(await release()).toEqual([204, 204]);
    expect(await statusOf(get("/names", { token }))).toBe(200);
  });

  it("learns first that a scope or a route is missing", async () => {
    const token = await own.token({ claims: { sub: "greedy", scope: "stations:read" } });
    const weak = await own.token({ claims: { sub: "greedy", scope: "other" } });
    const { release } = await hold(2, "/held", { token });
    expect((await problemOf(await get("/names", { token: weak }))).code).toBe("insufficient_scope");
    expect((await problemOf(await get("/nowhere", { token }))).code).toBe("unknown_route");
    await release();
  });

  it("gets too_busy when all slots are taken", async () => {
    const names = ["a", "b", "c", "d"];
    const tokens = await Promise.all(names.map((sub) => own.token({ claims: { sub } })));
    const holds = [];
    for (const token of tokens) holds.push(await hold(2, "/held", { token }));
    const token = await own.token({ claims: { sub: "e" } });
    // They wait for a moment whether one gets free.
    const waiting = [get("/names", { token }), get("/notice")];
    const problems = await Promise.all(waiting.map(async (response) => problemOf(await response)));
    expect(problems.map(({ code }) => code)).toEqual(["too_busy", "too_busy"]);
    // These need no slot.
    expect((await problemOf(await get("/names", { token: "none" }))).code).toBe("invalid_token");
    expect(await statusOf(get("/livez"))).toBe(200);
    for (const { release } of holds) await release();
  });

  it("gets its slots back when its streams end or break off", async () => {
    // More pages than the buffers on the way to the client can hold.
    for (let station = 0; station < ROWS; station += 100) {
      const inserts = Array.from({ length: 100 }, (_, index) =>
        service.client.execute(
          "INSERT INTO stations (tenant_id, station_id, name) VALUES ('large', ?, ?)",
          [`${station + index}`, "x".repeat(8_000)],
          { prepare: true },
        ));
      await Promise.all(inserts);
    }
    const token = await own.token({ claims: { sub: "streamer", tenant: "large" } });
    const stream = () => get("/names", { token, headers: { accept: "application/x-ndjson" } });
    const [read, left] = await Promise.all([stream(), stream()]);
    expect([read.status, left.status]).toEqual([200, 200]);
    expect((await problemOf(await stream())).code).toBe("too_many_in_flight");
    expect((await read.text()).split("\n")).toHaveLength(ROWS + 1);
    await left.body?.cancel();
    await eventually("both slots are free", async () => {
      const [one, other] = await Promise.all([stream(), stream()]);
      await one.body?.cancel();
      await other.body?.cancel();
      return one.status === 200 && other.status === 200;
    });
  });

  it("may take all slots without a limit", async () => {
    const { url } = await startBeside({ maxInFlightPerCaller: 0 });
    const token = await own.token({ claims: { sub: "machine" } });
    const { release } = await hold(8, "/held", { url, token });
    expect((await problemOf(await get("/names", { url, token }))).code).toBe("too_busy");
    expect(await release()).toEqual(Array(8).fill(204));
  });

  it("has a quarter of the slots by default", async () => {
    const { url } = await startBeside({ maxInFlight: 17, maxInFlightPerCaller: null });
    const token = await own.token({ claims: { sub: "machine" } });
    const { release } = await hold(5, "/held", { url, token });
    expect((await problemOf(await get("/names", { url, token }))).code).toBe("too_many_in_flight");
    await release();
  });
});

describe("A caller of public routes", () => {
  const from = (address: string) => ({ "x-forwarded-for": address });

  it("is the peer, whatever its headers say", async () => {
    const { release } = await hold(2, "/public/held", { headers: from("192.0.2.1") });
    for (const headers of [{}, from("192.0.2.2"), { forwarded: "for=192.0.2.3" }]) {
      expect((await problemOf(await get("/notice", { headers }))).code).toBe("too_many_in_flight");
    }
    expect(await statusOf(get("/names", { token: await own.token() }))).toBe(200);
    await release();
  });

  it("is the address that a trusted proxy names", async () => {
    const { url } = await startBeside({
      trustedProxies: [{ address: Uint8Array.of(127, 0, 0, 0), prefixLength: 8 }],
    });
    const { release } = await hold(2, "/public/held", { url, headers: from("192.0.2.1") });
    const codeOf = async (headers: Record<string, string>) => {
      const response = await get("/notice", { url, headers });
      if (response.status !== 200) return (await problemOf(response)).code;
      await response.body?.cancel();
      return null;
    };
    expect(await codeOf(from("192.0.2.1"))).toBe("too_many_in_flight");
    expect(await codeOf(from("198.51.100.7, 192.0.2.1"))).toBe("too_many_in_flight");
    expect(await codeOf({ forwarded: 'for="192.0.2.1:80"' })).toBe("too_many_in_flight");
    // The proxy quotes what the client has sent as `Host`.
    const forwarded = 'host="a;for=192.0.2.2;b, for=192.0.2.3";for=192.0.2.1';
    expect(await codeOf({ forwarded })).toBe("too_many_in_flight");
    expect(await codeOf(from("192.0.2.2"))).toBeNull();
    expect(await codeOf({})).toBeNull();
    await release();
  });
});

describe("Tokens with an unknown key", () => {
  it("take no slots from others while the issuer is slow", async () => {
    const warm = await own.token({ claims: { sub: "known" } });
    expect(await statusOf(get("/names", { token: warm }))).toBe(200);
    const { promise: slow, resolve } = Promise.withResolvers<undefined>();
    own.answer = () => slow as unknown as Promise<Response>;
    const unknown = await own.token({ kid: "unknown" });
    // All before the fetch begins, which is given up after five seconds.
    const others = await Promise.all(
      Array.from(
        { length: 100 },
        (_, index) => own.token({ kid: "unknown", claims: { sub: `${index}` } }),
      ),
    );
    const known = await Promise.all(
      Array.from({ length: 8 }, (_, index) => own.token({ claims: { sub: `new ${index}` } })),
    );
    await eventually("a fetch is under way", async () => {
      const before = own.requests.length;
      void statusOf(get("/names", { token: unknown }));
      await new Promise((resolve) => setTimeout(resolve, 100));
      return own.requests.length > before;
    });
    // With a token each, as requests with the same token share one verification.
    const waiting = others.map((token) => statusOf(get("/names", { token })));
    for (const token of known) {
      expect(await statusOf(get("/names", { token: warm }))).toBe(200);
      expect(await statusOf(get("/names", { token }))).toBe(200);
      expect(await statusOf(get("/notice"))).toBe(200);
    }
    own.answer = null;
    resolve(undefined);
    expect(await Promise.all(waiting)).toEqual(Array(100).fill(401));
  });

  it("make the service fetch keys at most every two seconds while the issuer fails", async () => {
    own.answer = () => new Response(null, { status: 500 });
    const token = await own.token({ kid: "unknown" });
    const before = own.requests.length;
    const codes = new Set<string>();
    const startedAt = performance.now();
    while (performance.now() - startedAt < 5_000) {
      codes.add((await problemOf(await get("/names", { token }))).code);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(own.requests.length - before).toBeLessThanOrEqual(2 + Math.floor(seconds / 2));
    expect([...codes]).toContain("issuer_unavailable");
    expect(await statusOf(get("/names", { token: await own.token() }))).toBe(200);
    own.answer = null;
    await eventually(
      "the keys are fetched again",
      async () => (await problemOf(await get("/names", { token }))).code === "invalid_token",
    );
    expect(own.requests.at(-1)).toBe(KEYS_PATH);
  });
});
