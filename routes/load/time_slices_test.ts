import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Steps } from "../../runtime/steps.ts";
import { andThen } from "../../runtime/and_then.ts";
import { TimeSlices } from "./time_slices.ts";

/** Work of a number of steps, each of which takes its time. */
function* work<Result>(
  result: Result,
  { steps = 10, stepMs = 4, log = [] }: { steps?: number; stepMs?: number; log?: Result[] } = {},
): Steps<Result> {
  for (let step = 0; step < steps; step++) {
    const endsAt = performance.now() + stepMs;
    while (performance.now() < endsAt);
    log.push(result);
    yield;
  }
  return result;
}

// deno-lint-ignore require-yield
function* failing(): Steps<never> {
  throw new TypeError("no");
}

describe("TimeSlices", () => {
  it("runs work of a single step at once, whatever waits", async () => {
    const slices = new TimeSlices();
    const ended: string[] = [];
    const long = andThen(slices.run("a", work("long")), (name) => ended.push(name));
    expect(slices.run("a", work("short", { steps: 0 }))).toBe("short");
    expect(ended).toEqual([]);
    await long;
    expect(ended).toEqual(["long"]);
  });

  it("lets others run between the slices of long work", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++);
    await new TimeSlices().run("a", work("done", { steps: 40, stepMs: 5 }));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it("gives each caller a slice in turn, however much work the others have", async () => {
    const slices = new TimeSlices();
    const ended: string[] = [];
    // A step fills a slice, however busy the machine is.
    const run = async (caller: string) => {
      ended.push(await slices.run(caller, work(caller, { steps: 8, stepMs: 11 })));
    };
    await Promise.all([...Array.from({ length: 6 }, () => run("greedy")), run("modest")]);
    expect(ended.indexOf("modest")).toBeLessThan(2);
    expect(ended).toHaveLength(7);
  });

  it("ends the work of one caller in its order", async () => {
    const slices = new TimeSlices();
    const ended: number[] = [];
    const run = async (index: number) => {
      ended.push(await slices.run("a", work(index, { steps: 6 })));
    };
    await Promise.all([0, 1, 2, 3].map(run));
    expect(ended).toEqual([0, 1, 2, 3]);
  });

  it("fails with what the work throws, at once or later, and goes on", async () => {
    const slices = new TimeSlices();
    function* failingLate(): Steps<never> {
      yield* work("late");
      return yield* failing();
    }
    const others = slices.run("a", work("others"));
    expect(() => slices.run("a", failing())).toThrow("no");
    await expect(slices.run("a", failingLate())).rejects.toThrow("no");
    expect(await others).toBe("others");
    expect(await slices.run("a", work("after"))).toBe("after");
  });

  it("takes callers with the names of inherited properties", async () => {
    const slices = new TimeSlices();
    const callers = ["__proto__", "constructor", ""];
    expect(await Promise.all(callers.map((caller) => slices.run(caller, work(caller)))))
      .toEqual(callers);
  });
});
