import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createRandom, createZipf } from "./random.ts";

describe("createRandom()", () => {
  it("gives the same numbers again for a seed, and others for another", () => {
    const numbers = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, random);
    };
    expect(numbers(1)).toEqual(numbers(1));
    expect(numbers(1)).not.toEqual(numbers(2));
  });

  it("is even over its range", () => {
    const random = createRandom(3);
    const tenths = Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) tenths[Math.floor(random() * 10)]!++;
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});

describe("createZipf()", () => {
  it("gives each rank its share, from the first to the last", () => {
    const zipf = createZipf(3, createRandom(7));
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 110_000; draw++) counts[zipf()]!++;
    // 1 : 1/2 : 1/3 of 11/6.
    for (const [rank, share] of [60_000, 30_000, 20_000].entries()) {
      expect(Math.abs(counts[rank]! - share)).toBeLessThan(1_000);
    }
  });
});
