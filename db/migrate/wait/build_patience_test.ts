import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { BuildPatience } from "./build_patience.ts";

/** What is left at each of some waits that take a minute. */
async function leftAt(patienceMs: number | undefined, waits: number): Promise<number[]> {
  let now = 5;
  const patience = new BuildPatience(patienceMs, () => now);
  const left: number[] = [];
  for (let count = 0; count < waits; count++) {
    await patience.spend((leftMs) => {
      left.push(leftMs);
      now += 60_000;
      return Promise.resolve();
    });
  }
  return left;
}

describe("BuildPatience", () => {
  it("is for all waits together, and leaves each a look", async () => {
    expect(await leftAt(150_000, 5)).toEqual([150_000, 90_000, 30_000, 1, 1]);
  });

  it("is an hour unless somebody says otherwise", async () => {
    expect(await leftAt(undefined, 1)).toEqual([3_600_000]);
  });

  it("stays none", async () => {
    expect(await leftAt(0, 2)).toEqual([0, 0]);
    expect([new BuildPatience(0).isNone, new BuildPatience().isNone]).toEqual([true, false]);
  });
});
