import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { oneAtATime } from "./one_at_a_time.ts";

/** Work that ends when it is told to. */
function heldWork() {
  const runs: PromiseWithResolvers<number>[] = [];
  const run = oneAtATime(() => {
    const held = Promise.withResolvers<number>();
    runs.push(held);
    return held.promise;
  });
  return { runs, run };
}

/** Until everything that needs no more than a few turns of promises has happened. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("oneAtATime()", () => {
  it("runs for the first who asks, and once more for all who ask meanwhile", async () => {
    const { runs, run } = heldWork();
    const first = run();
    const later = [run(), run(), run()];
    await settle();
    expect(runs).toHaveLength(1);
    runs[0]!.resolve(1);
    expect(await first).toBe(1);
    await settle();
    expect(runs).toHaveLength(2);
    const last = run();
    runs[1]!.resolve(2);
    expect(await Promise.all(later)).toEqual([2, 2, 2]);
    await settle();
    expect(runs).toHaveLength(3);
    runs[2]!.resolve(3);
    expect(await last).toBe(3);
  });

  it("runs again after a failure, which only those who share the run hear of", async () => {
    const { runs, run } = heldWork();
    const first = run();
    const later = run();
    runs[0]!.reject(new Error("broken"));
    await expect(first).rejects.toThrow("broken");
    await settle();
    runs[1]!.resolve(2);
    expect(await later).toBe(2);
  });

  it("runs again when nobody asked meanwhile", async () => {
    const { runs, run } = heldWork();
    const first = run();
    runs[0]!.resolve(1);
    expect(await first).toBe(1);
    const second = run();
    runs[1]!.resolve(2);
    expect(await second).toBe(2);
  });
});
