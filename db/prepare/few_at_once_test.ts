import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { fewAtOnce } from "./few_at_once.ts";

const later = () => new Promise<void>((resolve) => setTimeout(resolve));

describe("fewAtOnce()", () => {
  for (const [count, limit] of [[0, 3], [2, 3], [3, 3], [10, 3], [10, 1]] as const) {
    it(`works on ${count} things, ${limit} at once, and keeps their order`, async () => {
      let [running, most] = [0, 0];
      const items = Array.from({ length: count }, (_, index) => index);
      const results = await fewAtOnce(items, async (item) => {
        most = Math.max(most, ++running);
        for (let turn = 0; turn < 1 + item % 3; turn++) await later();
        running--;
        return item * 2;
      }, { limit });
      expect(results).toEqual(items.map((item) => item * 2));
      expect(most).toBe(Math.min(count, limit));
    });
  }

  it("fails with the first failure, and begins nothing after it", async () => {
    const begun: number[] = [];
    const working = fewAtOnce([1, 2, 3, 4, 5], async (item) => {
      begun.push(item);
      await later();
      if (item === 1) throw new Error("no");
    }, { limit: 2 });
    await expect(working).rejects.toThrow("no");
    await later();
    await later();
    expect(begun).toEqual([1, 2]);
  });
});
