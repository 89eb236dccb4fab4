import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Identity } from "../context.ts";
import { IdentityCache } from "./identity_cache.ts";

const NOW = 1_000_000;

function identity(changes: Partial<Identity> = {}): Identity {
  return {
    issuer: "https://issuer.example",
    subject: "writer",
    caller: '["https://issuer.example","writer"]',
    clientId: null,
    scopes: new Set(),
    claims: {},
    confirmation: null,
    expiresAt: NOW + 3_600_000,
    ...changes,
  };
}

describe("IdentityCache", () => {
  it("keeps an identity until its token expires", () => {
    const cache = new IdentityCache();
    const writer = identity({ expiresAt: NOW + 10 });
    cache.set("a", writer, NOW);
    expect(cache.get("a", NOW + 9)).toBe(writer);
    expect(cache.get("b", NOW)).toBeNull();
    expect(cache.get("a", NOW + 10)).toBeNull();
    expect(cache.get("a", NOW)).toBeNull();
  });

  it("keeps an identity for at most a minute, however often it is used", () => {
    const cache = new IdentityCache();
    const writer = identity();
    cache.set("a", writer, NOW);
    for (let second = 0; second < 60; second++) {
      expect(cache.get("a", NOW + second * 1000)).toBe(writer);
    }
    expect(cache.get("a", NOW + 60_000)).toBeNull();
  });

  it("keeps no identity whose age cannot be told, as the clock was set back", () => {
    const cache = new IdentityCache();
    const writer = identity();
    cache.set("a", writer, NOW);
    expect(cache.get("a", NOW + 10)).toBe(writer);
    expect(cache.get("a", NOW + 9)).toBeNull();
    cache.set("a", writer, NOW);
    expect(cache.get("a", NOW - 1)).toBeNull();
    expect(cache.get("a", NOW)).toBeNull();
    expect(cache.size.entries).toBe(0);
  });

  it("keeps an identity for less if it is told so", () => {
    const cache = new IdentityCache({ maxAgeMs: 10_000 });
    cache.set("a", identity(), NOW);
    expect(cache.get("a", NOW + 9_999)).not.toBeNull();
    expect(cache.get("a", NOW + 10_000)).toBeNull();
  });

  it("forgets the least recently used of more than ten thousand", () => {
    const cache = new IdentityCache();
    const writer = identity();
    for (let index = 0; index < 10_000; index++) cache.set(`${index}`, writer, NOW);
    expect(cache.get("0", NOW)).toBe(writer);
    cache.set("10000", writer, NOW);
    expect(cache.get("0", NOW)).toBe(writer);
    expect(cache.get("1", NOW)).toBeNull();
    expect(cache.get("10000", NOW)).toBe(writer);
  });

  const MEMBERS = 4_000;
  /** Identities, and how many of them 32 MiB hold at most. */
  const HEAVY: Record<string, [Partial<Identity>, number]> = {
    "empty objects": [{ claims: { a: Array.from({ length: MEMBERS }, () => ({})) } }, 130],
    "names of members": [{
      claims: Object.fromEntries(Array.from({ length: MEMBERS }, (_, index) => [`m${index}`, 1])),
    }, 200],
    "text": [{ claims: { a: "x".repeat(40_000) } }, 840],
    "scopes": [{ scopes: new Set(Array.from({ length: MEMBERS }, (_, index) => `${index}`)) }, 200],
  };
  for (const [what, [changes, most]] of Object.entries(HEAVY)) {
    it(`holds no more than 32 MiB of ${what}`, () => {
      const cache = new IdentityCache();
      const heavy = identity(changes);
      for (let index = 0; index < 1_000; index++) cache.set(`${index}`, heavy, NOW);
      const kept = Array.from({ length: 1_000 }, (_, index) => cache.get(`${index}`, NOW))
        .filter((each) => each !== null);
      expect(kept.length).toBeGreaterThan(most / 4);
      expect(kept.length).toBeLessThan(most);
    });
  }

  it("takes claims of any depth", () => {
    let claims: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) claims = [claims];
    const cache = new IdentityCache();
    const deep = identity({ claims: { claims } });
    cache.set("a", deep, NOW);
    expect(cache.get("a", NOW)).toBe(deep);
  });

  it("counts an identity once when it is replaced", () => {
    const cache = new IdentityCache();
    const heavy = identity({ claims: { a: "x".repeat(2_000_000) } });
    for (let index = 0; index < 100; index++) cache.set("a", heavy, NOW);
    cache.set("b", heavy, NOW);
    expect(cache.get("a", NOW)).toBe(heavy);
    expect(cache.get("b", NOW)).toBe(heavy);
  });
});
