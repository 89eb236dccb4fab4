import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { backoff } from "./backoff.ts";

function first(count: number, random: () => number): number[] {
  const delays = backoff({ baseMs: 100, capMs: 1000, random });
  return Array.from({ length: count }, () => delays.next().value);
}

describe("backoff()", () => {
  it("doubles the bound up to the cap", () => {
    expect(first(6, () => 1)).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it("spreads each delay down to zero", () => {
    expect(first(3, () => 0)).toEqual([0, 0, 0]);
    expect(first(3, () => 0.5)).toEqual([50, 100, 200]);
  });
});
