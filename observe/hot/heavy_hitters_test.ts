import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { HeavyHitters } from "./heavy_hitters.ts";

/** The same numbers each time, from 0 to 1. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe("HeavyHitters", () => {
  it("counts exactly while there is room for every key", () => {
    const hitters = new HeavyHitters(3);
    for (const [key, weight] of [["a", 1], ["b", 5], ["a", 1], ["c", 1]] as const) {
      hitters.add(key, weight);
    }
    expect(hitters.top(2)).toEqual([
      { key: "b", weight: 5, error: 0, hits: 1 },
      { key: "a", weight: 2, error: 0, hits: 2 },
    ]);
  });

  it("gives the place of the lightest to a new key, which inherits its weight as an error", () => {
    const hitters = new HeavyHitters(2);
    for (const [key, weight] of [["a", 9], ["b", 3], ["c", 1]] as const) hitters.add(key, weight);
    expect(hitters.top(5)).toEqual([
      { key: "a", weight: 9, error: 0, hits: 1 },
      { key: "c", weight: 4, error: 3, hits: 1 },
    ]);
  });

  it("finds every key above its share among a hundred thousand, with bounds that hold", () => {
    const capacity = 64;
    const hitters = new HeavyHitters(capacity);
    const truth = new Map<string, number>();
    const random = numbers(7);
    const size = 100_000;
    for (let index = 0; index < size; index++) {
      const draw = random.next().value;
      const key = draw < 0.05 ? "hot" : draw < 0.08 ? "warm" : `cold ${index}`;
      truth.set(key, (truth.get(key) ?? 0) + 1);
      hitters.add(key, 1);
    }
    const top = hitters.top(capacity);
    expect(top).toHaveLength(capacity);
    expect(top.slice(0, 2).map(({ key }) => key)).toEqual(["hot", "warm"]);
    for (const { key, weight, error } of top) {
      expect(weight).toBeGreaterThanOrEqual(truth.get(key)!);
      expect(weight - error).toBeLessThanOrEqual(truth.get(key)!);
      expect(error).toBeLessThanOrEqual(size / capacity);
    }
  });
});
