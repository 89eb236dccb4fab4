import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { tokenRange } from "./scan_ranges.ts";

const FIRST = -(2n ** 63n);
const LAST = 2n ** 63n - 1n;

describe("tokenRange()", () => {
  for (const ranges of [1, 2, 3, 7, 64, 1000, 65_536]) {
    it(`covers every token once with ${ranges}`, () => {
      const all = Array.from({ length: ranges }, (_, index) => tokenRange(index, ranges));
      expect([all[0]!.from, all.at(-1)!.to]).toEqual([FIRST, LAST]);
      for (const [index, { from, to }] of all.entries()) {
        expect(from < to).toBe(true);
        if (index > 0) expect(from).toBe(all[index - 1]!.to);
      }
      const lengths = all.map(({ from, to }) => to - from);
      const [least, most] = [
        lengths.reduce((one, other) => one < other ? one : other),
        lengths.reduce((one, other) => one > other ? one : other),
      ];
      expect(most - least <= 1n).toBe(true);
    });
  }
});
