import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { parseRate } from "../../catalog/tags/parts/rate.ts";
import { parseJson } from "../../codec/json/parse_json.ts";
import type { Observation } from "../../observe/observation.ts";
import type { AppEnv, Claims, Identity } from "../context.ts";
import { requestId } from "../middleware/request_id.ts";
import { throughSteps } from "../through_steps.ts";
import { problemResponse } from "../respond/problem.ts";
import { enforceQuotas } from "./enforce_quotas.ts";
import { createQuotas } from "./quotas.ts";

interface Caller {
  readonly issuer?: string;
  readonly subject?: string;
  readonly clientId?: string | null;
  /** As a token has them. */
  readonly claims?: string;
  readonly address?: string;
}

function identityOf(
  { issuer = "https://issuer", subject = "sub", clientId = "client", claims = "{}" }: Caller,
): Identity {
  return {
    issuer,
    subject,
    caller: JSON.stringify([issuer, subject]),
    clientId,
    scopes: new Set(),
    claims: parseJson(claims) as Claims,
    confirmation: null,
    expiresAt: Infinity,
  };
}

/** A route with these rates, a clock that stands still, and rows that its handler counts. */
function routeWith(rates: readonly string[], { isPublic = false, replicas = 1 } = {}) {
  const state = { nowMs: 1_000 };
  const observations: Observation[] = [];
  const quotas = createQuotas({
    rateLimits: [],
    publicRateLimits: [],
    replicas,
    addressOf: (context) => context.req.header("address") ?? "",
  });
  const set = quotas.ofRoute({
    method: "get",
    path: "/",
    access: isPublic ? { kind: "public" } : { kind: "scopes", anyOf: [["s"]] },
    rates: rates.map((text) => parseRate(text).rate!),
  });
  let caller: Caller = {};
  const app = new Hono<AppEnv>();
  app.onError((error, context) => problemResponse(error, context));
  app.use(throughSteps([requestId({ publicUrl: (path) => path, stallTimeoutMs: 60_000 })]));
  app.use(async (context, next) => {
    if (!isPublic) context.get("request").identity = identityOf(caller);
    await next();
  });
  const observe = (observation: Observation) => observations.push(observation);
  app.use(throughSteps([enforceQuotas(() => set, { observe, now: () => state.nowMs })]));
  app.get("/", (context) => {
    context.get("request").countRows(Number(context.req.query("rows") ?? 0));
    return context.body(null, 204);
  });
  const call = async (as: Caller = {}, rows = 0) => {
    caller = as;
    const { address = "" } = as;
    return await app.request(`/?rows=${rows}`, { headers: { address } });
  };
  /** How many of a number of requests are let in. */
  const letIn = async (count: number, as: Caller = {}, rows = 0) => {
    let admitted = 0;
    for (let index = 0; index < count; index++) {
      if ((await call(as, rows)).status === 204) admitted++;
    }
    return admitted;
  };
  return { state, observations, call, letIn };
}

const fieldsOf = ({ headers }: Response) =>
  ["ratelimit-policy", "ratelimit", "retry-after"].map((name) => headers.get(name));

describe("enforceQuotas()", () => {
  it("lets in the burst at once, and then as many as the rate says", async () => {
    const { state, letIn } = routeWith(["10/s burst=20"]);
    expect(await letIn(50)).toBe(20);
    for (let second = 1; second <= 3; second++) {
      state.nowMs += 1_000;
      expect([second, await letIn(50)]).toEqual([second, 10]);
    }
    state.nowMs += 60_000;
    expect(await letIn(50)).toBe(20);
  });

  it("lets in no more than rate and burst allow, however the requests are spread", async () => {
    const { state, letIn } = routeWith(["7/s burst=3"]);
    let admitted = 0;
    for (let step = 0; step < 2_000; step++) {
      state.nowMs += 1 + (step * 7919) % 40;
      admitted += await letIn(1 + step % 3);
    }
    const seconds = (state.nowMs - 1_000) / 1_000;
    expect(admitted).toBeLessThanOrEqual(Math.floor(7 * seconds + 3));
    expect(admitted).toBeGreaterThan(7 * seconds * 0.99);
  });

  it("has one more exactly when it says so", async () => {
    const { state, call, letIn } = routeWith(["1/m"]);
    expect(await letIn(2)).toBe(1);
    expect((await call()).headers.get("retry-after")).toBe("60");
    state.nowMs += 59_999;
    expect(await letIn(1)).toBe(0);
    state.nowMs += 1;
    expect(await letIn(2)).toBe(1);
  });

  it("takes nothing for a request that it refuses", async () => {
    const { state, letIn } = routeWith(["1/s"]);
    expect(await letIn(1_000)).toBe(1);
    state.nowMs += 1_000;
    expect(await letIn(1)).toBe(1);
  });

  it("takes from no quota if one of several refuses", async () => {
    const { state, call, letIn } = routeWith(["10/s per=everybody", "2/s per=caller"]);
    expect(await letIn(50)).toBe(2);
    expect((await call()).headers.get("ratelimit"))
      .toBe('"requests/s per everybody";r=8;t=1, "requests/s per caller";r=0;t=1');
    expect(await letIn(50, { subject: "other" })).toBe(2);
    state.nowMs += 1_000;
    expect(await letIn(1)).toBe(1);
  });

  it("says what is allowed and what is left", async () => {
    const { state, call } = routeWith(["2/s burst=3", "1000 rows/h per=claim:tenant"]);
    const as = { claims: '{"tenant":"acme"}' };
    const policies = '"requests/s per caller";q=2;w=1;cqlgate-burst=3, ' +
      '"rows/h per claim:tenant";q=1000;qu="rows";w=3600';
    expect(fieldsOf(await call(as, 10))).toEqual([
      policies,
      '"requests/s per caller";r=2;t=1, "rows/h per claim:tenant";r=990;t=4',
      null,
    ]);
    state.nowMs += 250;
    await call(as, 2_000);
    expect(fieldsOf(await call(as))).toEqual([
      policies,
      '"requests/s per caller";r=1;t=1, "rows/h per claim:tenant";r=0;t=3640',
      "3640",
    ]);
  });

  it("names the quotas that are used up, for the caller and for the operator", async () => {
    const { observations, call, letIn } = routeWith(["1/s", "1/m", "9/h"]);
    await letIn(1);
    const problem = await (await call()).json();
    expect(problem).toMatchObject({
      status: 429,
      code: "rate_limited",
      detail: 'The quota of "requests/s per caller" and "requests/m per caller" is used up: ' +
        "wait 60 s, then repeat the request",
    });
    expect(observations).toEqual(["s", "m"].map((unit) => ({
      kind: "rate_limited",
      query: "GET /",
      policy: `requests/${unit} per caller`,
    })));
  });

  const PARTITIONS: readonly [per: string, same: readonly Caller[], other: readonly Caller[]][] = [
    ["caller", [{}, { clientId: "b" }], [{ subject: "b" }, { issuer: "https://b" }]],
    ["client", [{}, { subject: "b" }], [{ clientId: "b" }, { clientId: null }, {
      issuer: "https://b",
    }]],
    [
      "claim:org.id",
      [{ claims: '{"org":{"id":"a"}}' }, { claims: '{"org":{"id":"a"}}', subject: "b" }],
      [{ claims: '{"org":{"id":"b"}}' }, { claims: '{"org":{"id":9007199254740993}}' }, {
        claims: '{"org":{"id":9007199254740992}}',
      }, { claims: '{"org":{"id":"a"}}', issuer: "https://b" }],
    ],
    ["address", [{ address: "1" }, { address: "1", subject: "b" }], [{ address: "2" }]],
    ["route", [{}, { subject: "b" }, { address: "2" }], []],
    ["everybody", [{}, { subject: "b" }, { issuer: "https://b" }], []],
  ];
  for (const [per, same, others] of PARTITIONS) {
    it(`counts by per=${per}`, async () => {
      const { letIn } = routeWith([`1/h per=${per}`]);
      let admitted = 0;
      for (const caller of same) admitted += await letIn(1, caller);
      expect(admitted).toBe(1);
      for (const caller of others) expect([caller, await letIn(2, caller)]).toEqual([caller, 1]);
    });
  }

  it("counts by address on a public route, and by caller on others", async () => {
    const open = routeWith(["1/h"], { isPublic: true });
    expect([await open.letIn(2, { address: "1" }), await open.letIn(2, { address: "2" })])
      .toEqual([1, 1]);
    const closed = routeWith(["1/h"]);
    expect([await closed.letIn(2, { address: "1" }), await closed.letIn(2, { address: "2" })])
      .toEqual([1, 0]);
  });

  for (
    const claims of ["{}", '{"tenant":""}', '{"tenant":null}', '{"tenant":["a"]}', '{"tenant":{}}']
  ) {
    it(`refuses a token with ${claims} where it counts by a claim`, async () => {
      const { call } = routeWith(["1/s per=claim:tenant"]);
      const response = await call({ claims });
      expect(await response.json()).toMatchObject({ status: 403, code: "missing_claim" });
    });
  }

  it("keeps long keys apart", async () => {
    const { letIn } = routeWith(["1/h"]);
    const long = "a".repeat(10_000);
    expect(await letIn(2, { subject: `${long}1` })).toBe(1);
    expect(await letIn(2, { subject: `${long}2` })).toBe(1);
    expect(await letIn(1, { subject: `${long}1` })).toBe(0);
  });

  describe("with a limit from a claim", () => {
    const RATE = "10/s burst=20 limit=claim:limits.rps max=100";
    const CASES: readonly [claims: string, burst: number, perSecond: number][] = [
      ["{}", 20, 10],
      ['{"limits":{}}', 20, 10],
      ['{"limits":{"rps":10}}', 20, 10],
      ['{"limits":{"rps":20}}', 40, 20],
      ['{"limits":{"rps":20.0}}', 40, 20],
      ['{"limits":{"rps":2}}', 4, 2],
      ['{"limits":{"rps":0.25}}', 1, 0],
      ['{"limits":{"rps":100}}', 200, 100],
      ['{"limits":{"rps":101}}', 200, 100],
      ['{"limits":{"rps":1e400}}', 200, 100],
    ];
    for (const [claims, burst, perSecond] of CASES) {
      it(`lets ${claims} do ${burst} at once and ${perSecond} a second`, async () => {
        const { state, letIn } = routeWith([RATE]);
        expect(await letIn(300, { claims })).toBe(burst);
        state.nowMs += 1_000;
        expect(await letIn(300, { claims })).toBe(perSecond);
      });
    }

    for (const value of ["0", "-1", "0.0009", "1e-400", '"50"', "null", "true", "[5]", "{}"]) {
      it(`refuses a token that says ${value}`, async () => {
        const { call } = routeWith([RATE]);
        const response = await call({ claims: `{"limits":{"rps":${value}}}` });
        expect(await response.json()).toMatchObject({ status: 403, code: "missing_claim" });
      });
    }

    it("says in the policy what the token has", async () => {
      const { call } = routeWith([RATE]);
      const { headers } = await call({ claims: '{"limits":{"rps":25}}' });
      expect(headers.get("ratelimit-policy"))
        .toBe('"requests/s per caller";q=25;w=1;cqlgate-burst=50');
      const slow = await call({ claims: '{"limits":{"rps":0.25}}' });
      expect(slow.headers.get("ratelimit-policy")).toBe('"requests/s per caller";q=1;w=4');
    });
  });

  describe("of rows", () => {
    it("lets a caller in debt wait until it is paid", async () => {
      const { state, call, letIn } = routeWith(["60 rows/m"]);
      expect(await letIn(1, {}, 180)).toBe(1);
      expect((await call()).headers.get("retry-after")).toBe("121");
      state.nowMs += 120_999;
      expect(await letIn(1)).toBe(0);
      state.nowMs += 1;
      expect(await letIn(1, {}, 1)).toBe(1);
      expect(await letIn(1)).toBe(0);
    });

    it("says how long a debt takes in digits, however long that is", async () => {
      const { call } = routeWith(["1 rows/d"]);
      await call({}, 1e15);
      const { headers } = await call();
      expect(headers.get("retry-after")).toBe("999999999999999");
      expect(headers.get("ratelimit")).toBe('"rows/d per caller";r=0;t=999999999999999');
    });

    it("takes nothing for requests without rows", async () => {
      const { letIn } = routeWith(["1 rows/m"]);
      expect(await letIn(100)).toBe(100);
    });

    it("hurts nobody but the one in debt", async () => {
      const { letIn } = routeWith(["60 rows/m"]);
      await letIn(1, { subject: "greedy" }, 1_000_000);
      expect(await letIn(1, { subject: "greedy" })).toBe(0);
      expect(await letIn(10, { subject: "modest" }, 1)).toBe(10);
    });
  });

  it("lets each of several replicas in its share, and one at least", async () => {
    const { state, letIn } = routeWith(["10/s burst=20"], { replicas: 4 });
    expect(await letIn(50)).toBe(5);
    state.nowMs += 4_000;
    expect(await letIn(50)).toBe(5);
    state.nowMs += 400;
    expect(await letIn(50)).toBe(1);
    const scarce = routeWith(["1/m"], { replicas: 3 });
    expect(await scarce.letIn(9)).toBe(1);
    scarce.state.nowMs += 179_999;
    expect(await scarce.letIn(9)).toBe(0);
    scarce.state.nowMs += 1;
    expect(await scarce.letIn(9)).toBe(1);
  });
});
