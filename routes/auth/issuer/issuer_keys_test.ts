import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { KeySet } from "../jwt/verify_signature.ts";
import type { Observation } from "../../../observe/observation.ts";
import { eventually } from "../../../tests/support/eventually.ts";
import {
  KEYS_PATH,
  type OwnIssuer,
  startOwnIssuer,
} from "../../../tests/support/auth/own_issuer.ts";
import { createIssuerKeys } from "./issuer_keys.ts";

const PAUSE_MS = 2_000;

let own: OwnIssuer & AsyncDisposable;
before(async () => {
  own = await startOwnIssuer();
});
after(() => own[Symbol.asyncDispose]());

function create(options: { readonly maxAgeMs?: number } = {}) {
  const observations: Observation[] = [];
  const keys = createIssuerKeys({
    ...options,
    issuer: own.issuer,
    observe: (observation) => observations.push(observation),
  });
  return { keys, observations };
}

/** How many times the key set was asked for during an action. */
async function fetchesDuring(action: () => Promise<unknown>): Promise<number> {
  const before = own.requests.length;
  await action();
  return own.requests.slice(before).filter((path) => path === KEYS_PATH).length;
}

/** Asks for keys again and again for some time. */
async function refreshFor(ms: number, refresh: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await refresh().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("createIssuerKeys()", () => {
  it("has no keys before the first fetch", async () => {
    own.answer = null;
    const { keys } = create();
    expect(keys.current()).toBeNull();
    const fetched = await keys.refresh();
    expect(keys.current()).toBe(fetched);
  });

  it("shares one fetch", async () => {
    const { keys } = create();
    const asked = Array.from({ length: 100 }, () => () => keys.refresh());
    const fetches = await fetchesDuring(async () => {
      const fetched = await Promise.all(asked.map((ask) => ask()));
      expect(new Set(fetched).size).toBe(1);
    });
    expect(fetches).toBe(1);
  });

  it("fetches three times in a row at most, and then waits before each fetch", async () => {
    const { keys } = create();
    const fetched: KeySet[] = [];
    const begin = performance.now();
    const fetches = await fetchesDuring(async () => {
      for (let count = 0; count < 3; count++) fetched.push(await keys.refresh());
    });
    expect([fetches, new Set(fetched).size]).toEqual([3, 3]);
    expect(
      await fetchesDuring(async () => {
        const asked = Array.from({ length: 100 }, () => keys.refresh());
        expect(new Set(await Promise.all(asked)).size).toBe(1);
      }),
    ).toBe(1);
    expect(performance.now() - begin).toBeGreaterThan(PAUSE_MS / 2);
    const next = await fetchesDuring(async () => {
      for (let count = 0; count < 2; count++) await keys.refresh();
    });
    expect(next).toBe(2);
    expect(performance.now() - begin).toBeGreaterThan(2.5 * PAUSE_MS);
  });

  it("knows whether the keys were asked for since an instant", async () => {
    const { keys } = create();
    const before = performance.now();
    expect(keys.isSince(before)).toBe(false);
    const refreshing = keys.refresh();
    await sleep(1);
    const afterwards = performance.now();
    await refreshing;
    expect([keys.isSince(before), keys.isSince(afterwards)]).toEqual([true, false]);
  });

  it("does not fetch again at once after a failure, and repeats the failure", async () => {
    const { keys, observations } = create();
    own.answer = () => new Response(null, { status: 500 });
    const before = own.requests.length;
    const begin = performance.now();
    await refreshFor(PAUSE_MS * 2.5, () => keys.refresh());
    await expect(keys.refresh()).rejects.toThrow(/answers 500/);
    const fetches = own.requests.length - before;
    expect(fetches).toBeGreaterThan(1);
    expect(fetches).toBeLessThanOrEqual(2 + (performance.now() - begin) / PAUSE_MS);
    expect(observations).toHaveLength(fetches);
    expect(observations[0]).toMatchObject({
      kind: "issuer_keys",
      issuer: own.issuer,
      fetched: false,
      usable: false,
    });
  });

  it("renews keys that are old in the background, and serves with them meanwhile", async () => {
    own.answer = null;
    const { keys, observations } = create({ maxAgeMs: 1 });
    const old = await keys.refresh();
    await sleep(2);
    expect(keys.current()).toBe(old);
    await eventually("the keys are new", () => observations.length > 1);
    expect(await keys.refresh()).not.toBe(old);
  });

  it("keeps keys that are not old", async () => {
    own.answer = null;
    const { keys, observations } = create();
    const fetched = await keys.refresh();
    await sleep(2);
    expect(keys.current()).toBe(fetched);
    expect(await fetchesDuring(() => sleep(50))).toBe(0);
    expect(observations).toHaveLength(1);
  });

  it("keeps the previous keys while the issuer fails", async () => {
    own.answer = null;
    const { keys, observations } = create();
    const fetched = await keys.refresh();
    own.answer = () => new Response(null, { status: 500 });
    await sleep(PAUSE_MS);
    await expect(keys.refresh()).rejects.toThrow(/answers 500/);
    expect(keys.current()).toBe(fetched);
    expect(observations).toMatchObject([
      { kind: "issuer_keys", fetched: true },
      { kind: "issuer_keys", fetched: false, usable: true },
    ]);
    own.answer = null;
    await sleep(PAUSE_MS);
    expect(await keys.refresh()).not.toBe(fetched);
  });
});
