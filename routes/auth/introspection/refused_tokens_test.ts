import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { invalidToken } from "../challenge.ts";
import { RefusedTokens } from "./refused_tokens.ts";

const ERROR = invalidToken("The token is not active");

describe("RefusedTokens", () => {
  it("keeps the reason for two seconds, and of no other token", () => {
    let now = 0;
    const refused = new RefusedTokens(() => now);
    expect(refused.get("a")).toBeNull();
    refused.add("a", ERROR);
    now = 1_999;
    expect([refused.get("a"), refused.get("b")]).toEqual([ERROR, null]);
    now = 2_000;
    expect(refused.get("a")).toBeNull();
    refused.add("a", ERROR);
    now = 3_999;
    expect(refused.get("a")).toBe(ERROR);
  });

  it("keeps four thousand at most, the latest, and none that are over", () => {
    let now = 0;
    const refused = new RefusedTokens(() => now);
    for (let index = 0; index < 5_000; index++) refused.add(`${index}`, ERROR);
    expect(refused.size).toBe(4_096);
    expect([refused.get("0"), refused.get("4999")]).toEqual([null, ERROR]);
    now = 2_000;
    refused.add("a", ERROR);
    expect(refused.size).toBe(1);
  });
});
