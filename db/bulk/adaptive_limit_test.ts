import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { AdaptiveLimit } from "./adaptive_limit.ts";

/** As many writes as there are slots go well, each making room for the next. */
function round(limit: AdaptiveLimit): void {
  for (let writes = limit.limit; writes > 0; writes--) {
    while (limit.tryTake());
    limit.grow();
    limit.release();
  }
  while (limit.inFlight > 0) limit.release();
}

describe("AdaptiveLimit", () => {
  it("gives no more slots than its limit", () => {
    const limit = new AdaptiveLimit({ start: 2 });
    expect([limit.tryTake(), limit.tryTake(), limit.tryTake()]).toEqual([true, true, false]);
    limit.release();
    expect(limit.tryTake()).toBe(true);
    expect(limit.inFlight).toBe(2);
  });

  it("grows fast until it backs off, then by one with each round, up to its maximum", () => {
    const limit = new AdaptiveLimit({ start: 8, max: 40 });
    round(limit);
    expect(limit.limit).toBe(16);
    limit.backOff(limit.epoch);
    round(limit);
    round(limit);
    expect([9, 10]).toContain(limit.limit);
    for (let rounds = 0; rounds < 100; rounds++) round(limit);
    expect(limit.limit).toBe(40);
  });

  it("does not grow while it is far from being reached", () => {
    const limit = new AdaptiveLimit({ start: 8 });
    for (let write = 0; write < 100; write++) {
      limit.tryTake();
      limit.grow();
      limit.release();
    }
    expect(limit.limit).toBe(8);
  });

  it("halves once for writes that were in flight together, and never below one", () => {
    const limit = new AdaptiveLimit({ start: 32 });
    const { epoch } = limit;
    for (let failure = 0; failure < 32; failure++) limit.backOff(epoch);
    expect(limit.limit).toBe(16);
    for (let failure = 0; failure < 32; failure++) limit.backOff(limit.epoch);
    expect(limit.limit).toBe(1);
    expect(limit.tryTake()).toBe(true);
  });

  it("wakes the waiter when slots are given back, and gives none out above a limit that has shrunk", async () => {
    const limit = new AdaptiveLimit({ start: 2 });
    limit.tryTake();
    limit.tryTake();
    limit.backOff(limit.epoch);
    for (const free of [false, true]) {
      const freed = limit.freed();
      limit.release();
      await freed;
      expect(limit.tryTake()).toBe(free);
    }
  });

  it("gives several slots at once where all of them are free", () => {
    const limit = new AdaptiveLimit({ start: 4 });
    expect([limit.tryTake(3), limit.tryTake(2), limit.tryTake()]).toEqual([true, false, true]);
    limit.release(3);
    expect([limit.inFlight, limit.tryTake(3)]).toEqual([1, true]);
  });

  it("gives more slots than there are while nothing else is in flight", () => {
    const limit = new AdaptiveLimit({ start: 2 });
    expect([limit.tryTake(5), limit.tryTake(), limit.inFlight]).toEqual([true, false, 5]);
  });

  it("grows by as many slots as went well", () => {
    const limit = new AdaptiveLimit({ start: 4 });
    limit.tryTake(4);
    limit.grow(4);
    expect(limit.limit).toBe(8);
  });

  it("refuses a start that is not a limit", () => {
    expect(() => new AdaptiveLimit({ start: 0 })).toThrow(TypeError);
    expect(() => new AdaptiveLimit({ start: 300 })).toThrow('"start" is 300, "max" is 256');
  });
});
