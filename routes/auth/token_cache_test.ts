import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Identity } from "../context.ts";
import { VerifiedTokens } from "./token_cache.ts";

const IDENTITY: Identity = { subject: "writer", clientId: null, scopes: new Set(), claims: {} };
const NOW = 1_000_000;

describe("VerifiedTokens", () => {
  it("knows a token until it expires", () => {
    const tokens = new VerifiedTokens();
    tokens.set("a", IDENTITY, { now: NOW, expiresAt: NOW + 10 });
    expect(tokens.get("a", NOW + 9)).toBe(IDENTITY);
    expect(tokens.get("a", NOW + 10)).toBeNull();
    expect(tokens.get("b", NOW)).toBeNull();
  });

  it("asks again after a minute, however long the token lives", () => {
    const tokens = new VerifiedTokens();
    tokens.set("a", IDENTITY, { now: NOW, expiresAt: NOW + 3_600_000 });
    expect(tokens.get("a", NOW + 59_999)).toBe(IDENTITY);
    expect(tokens.get("a", NOW + 60_000)).toBeNull();
  });

  it("forgets the oldest of more than ten thousand", () => {
    const tokens = new VerifiedTokens();
    for (let index = 0; index <= 10_000; index++) {
      tokens.set(`${index}`, IDENTITY, { now: NOW, expiresAt: NOW + 10 });
    }
    expect(tokens.get("0", NOW)).toBeNull();
    expect(tokens.get("1", NOW)).toBe(IDENTITY);
    expect(tokens.get("10000", NOW)).toBe(IDENTITY);
  });
});
