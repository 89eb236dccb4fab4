import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { starvedWithin } from "./starvation.ts";

describe("starvedWithin()", () => {
  const samples = [
    { at: 100, starvedMs: { first: 0, second: 0, asking: 10 } },
    { at: 200, starvedMs: { first: 80, second: 0, asking: 10 } },
    { at: 300, starvedMs: { first: 80, second: 0, asking: 60 } },
  ];
  const CASES: [string, number, number, number][] = [
    ["first", 100, 200, 80],
    // Half of the time between two samples has half of what they differ by.
    ["first", 150, 200, 40],
    ["first", 100, 300, 80],
    // The process that asks.
    ["second", 200, 300, 50],
    ["second", 100, 200, 0],
    // Before the first sample and after the last one nothing is known.
    ["first", 0, 100, 0],
    ["first", 300, 400, 0],
  ];
  for (const [gateway, startedAt, endedAt, expected] of CASES) {
    it(`is ${expected} ms for the ${gateway} from ${startedAt} to ${endedAt}`, () => {
      expect(starvedWithin(samples, gateway)({ startedAt, endedAt })).toBe(expected);
    });
  }

  it("is 0 without samples", () => {
    expect(starvedWithin([], "first")({ startedAt: 0, endedAt: 100 })).toBe(0);
  });
});
