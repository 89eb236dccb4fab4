import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { FairQueue } from "./fair_queue.ts";

function queueOf(...entries: [caller: string, entry: string][]): FairQueue<string> {
  const queue = new FairQueue<string>();
  for (const [caller, entry] of entries) queue.push(caller, entry);
  return queue;
}

function drain(queue: FairQueue<string>): string[] {
  const entries: string[] = [];
  for (let entry; (entry = queue.shift()) !== undefined;) entries.push(entry);
  return entries;
}

describe("FairQueue", () => {
  it("serves one entry of each caller after the other, and each caller's in their order", () => {
    const queue = queueOf(["a", "a1"], ["a", "a2"], ["a", "a3"], ["b", "b1"], ["c", "c1"], [
      "b",
      "b2",
    ]);
    expect(queue.size).toBe(6);
    expect(drain(queue)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
    expect(queue.size).toBe(0);
  });

  it("passes over callers whose oldest entry may not go yet, without a change of their turn", () => {
    const queue = queueOf(["a", "a1"], ["a", "go"], ["b", "go"], ["b", "b2"], ["c", "c1"]);
    expect(queue.shiftWhere((entry) => entry === "go")).toBe("go");
    expect(queue.shiftWhere((entry) => entry === "go")).toBeUndefined();
    expect([queue.size, queue.sizeOf("b")]).toEqual([4, 1]);
    expect(drain(queue)).toEqual(["a1", "c1", "b2", "go"]);
  });

  it("removes the oldest entries of each caller that are over, and no later ones", () => {
    const queue = queueOf(["a", "old"], ["a", "new"], ["a", "old"], ["b", "old"], ["c", "new"]);
    expect(queue.removeWhile((entry) => entry === "old")).toEqual(["old", "old"]);
    expect(queue.size).toBe(3);
    expect(drain(queue)).toEqual(["new", "new", "old"]);
  });

  it("removes an entry out of its turn", () => {
    const queue = queueOf(["a", "a1"], ["a", "a2"], ["b", "b1"], ["c", "c1"]);
    expect(queue.remove("a", "a1")).toBe(true);
    expect(queue.remove("b", "b1")).toBe(true);
    expect([queue.remove("a", "a1"), queue.remove("b", "a2"), queue.remove("d", "a2")])
      .toEqual([false, false, false]);
    expect([queue.size, queue.callers, queue.sizeOf("a"), queue.sizeOf("b")]).toEqual([2, 2, 1, 0]);
    expect(drain(queue)).toEqual(["a2", "c1"]);
  });
});
