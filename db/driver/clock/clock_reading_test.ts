import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { boundsOf, certainSkew, medianClock, skewFrom } from "./clock_reading.ts";

/** A clock that is so far ahead of the monotonic one, give or take 2 ms. */
const clock = (ms: number) => ({ earliest: ms - 2, latest: ms + 2 });

describe("boundsOf()", () => {
  it("has the node read its clock anywhere between question and answer", () => {
    expect(boundsOf(1_000, { sentMs: 100, receivedMs: 110 })).toEqual({
      earliest: 890,
      latest: 901,
    });
  });
});

describe("medianClock()", () => {
  it("is unknown without clocks", () => {
    expect(medianClock([])).toBe(null);
  });

  it("is the only clock", () => {
    expect(medianClock([clock(50)])).toEqual(clock(50));
  });

  it("is not moved by a minority that is wrong, on either side", () => {
    expect(medianClock([clock(60_000), clock(51), clock(50)])).toEqual(clock(51));
    expect(medianClock([clock(-60_000), clock(51), clock(50)])).toEqual(clock(50));
    expect(medianClock([clock(1), clock(2), clock(3), clock(9e9), clock(-9e9)])).toEqual(clock(2));
  });

  it("takes in both of two clocks that disagree", () => {
    expect(medianClock([clock(60_000), clock(50)])).toEqual({ earliest: 48, latest: 60_002 });
  });
});

describe("certainSkew()", () => {
  const CASES: readonly [nowMs: number, certainMs: number][] = [
    [1_100, 0],
    // At the bounds: the time of day may be a millisecond later than it says.
    [1_102, 0],
    [1_103, 1],
    [1_097, 0],
    [1_096, -1],
    [61_102, 60_000],
    [0, -1_097],
  ];
  for (const [nowMs, certainMs] of CASES) {
    it(`is ${certainMs} ms at ${nowMs}`, () => {
      expect(certainSkew(clock(100), { nowMs, monotonicMs: 1_000 })).toBe(certainMs);
    });
  }

  it("stays the same as time passes, and follows a clock that is set", () => {
    expect(certainSkew(clock(100), { nowMs: 1_110, monotonicMs: 1_000 })).toBe(8);
    expect(certainSkew(clock(100), { nowMs: 901_110, monotonicMs: 901_000 })).toBe(8);
    expect(certainSkew(clock(100), { nowMs: 900_110, monotonicMs: 901_000 })).toBe(-987);
  });
});

describe("skewFrom()", () => {
  it("says what is likely, and how far that may be off", () => {
    expect(skewFrom(clock(100), { nowMs: 1_150, monotonicMs: 1_000 })).toEqual({
      likelyMs: 50.5,
      uncertaintyMs: 2.5,
      certainMs: 48,
    });
  });
});
