import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { BoundedTurns } from "./bounded_turns.ts";
import { Slots } from "./slots.ts";

/** Starts work that lasts until the test ends it. */
function startWork(turns: BoundedTurns, caller = "a") {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const state = { hasBegun: false };
  const result = turns.run(caller, () => {
    state.hasBegun = true;
    return promise;
  });
  result.catch(() => {});
  return { state, result, end: resolve, fail: reject };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

function makeTurns({ max = 10, maxPerCaller = 10, atOnce = 2 } = {}): BoundedTurns {
  return new BoundedTurns({ slots: new Slots({ max, maxPerCaller }), atOnce });
}

describe("BoundedTurns", () => {
  it("runs as many as it may at once, and the others in order", async () => {
    const turns = makeTurns();
    const works = Array.from({ length: 4 }, () => startWork(turns));
    const begun = () => works.map(({ state }) => state.hasBegun);
    await settle();
    expect(begun()).toEqual([true, true, false, false]);
    works[1]!.end("done");
    expect(await works[1]!.result).toBe("done");
    await settle();
    expect(begun()).toEqual([true, true, true, false]);
    for (const { end } of works) end("done");
    await Promise.all(works.map(({ result }) => result));
    expect(begun()).toEqual([true, true, true, true]);
  });

  it("goes on after a failure", async () => {
    const turns = makeTurns({ atOnce: 1 });
    const [first, second] = [startWork(turns), startWork(turns)];
    first.fail(new Error("no"));
    await expect(first.result).rejects.toThrow("no");
    second.end("done");
    expect(await second.result).toBe("done");
    const third = startWork(turns);
    third.end("done");
    expect(await third.result).toBe("done");
  });

  it("refuses work when the queue is full, and frees its slots", async () => {
    const turns = makeTurns({ max: 3, maxPerCaller: 2 });
    const works = [startWork(turns), startWork(turns)];
    await expect(startWork(turns).result).rejects.toMatchObject({ code: "too_many_in_flight" });
    works.push(startWork(turns, "b"));
    await expect(startWork(turns, "c").result).rejects.toMatchObject({ code: "too_busy" });
    for (const { end } of works) end("done");
    await Promise.all(works.map(({ result }) => result));
    const later = startWork(turns, "c");
    later.end("done");
    expect(await later.result).toBe("done");
  });
});
