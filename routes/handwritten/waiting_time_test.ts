import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Stopwatch } from "../../observe/stopwatch.ts";
import { WaitingTime } from "./waiting_time.ts";

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe("WaitingTime", () => {
  it("gives what is left of the time, which runs only with the stopwatch", async () => {
    const stopwatch = new Stopwatch();
    const time = new WaitingTime(stopwatch, 60_000);
    /** At least what is left now, and at most what was left when this was called. */
    const leftMs = () => {
      const calledAt = performance.now();
      const deadline = time.deadline();
      return { least: deadline - performance.now(), most: deadline - calledAt };
    };
    await sleep(20);
    expect(leftMs().most).toBeGreaterThan(59_999.9);
    stopwatch.start();
    await sleep(20);
    expect(leftMs().least).toBeLessThan(59_999);
    stopwatch.stop();
    const before = leftMs();
    await sleep(20);
    expect(leftMs().most).toBeGreaterThan(before.least - 0.1);
  });

  it("is less by what the request waited until it was let in, until it is renewed", () => {
    const stopwatch = new Stopwatch({
      id: "1",
      traces: null,
      ageMs: null,
      queuedMs: 20_000,
      slot: null,
    });
    const time = new WaitingTime(stopwatch, 60_000);
    expect(time.deadline() - performance.now()).toBeLessThan(40_001);
    time.renew();
    expect(time.deadline() - performance.now()).toBeGreaterThan(50_000);
  });

  it("refuses a query once it is over, and begins again when it is renewed", async () => {
    const stopwatch = new Stopwatch();
    const time = new WaitingTime(stopwatch, 5);
    stopwatch.start();
    await sleep(20);
    expect(() => time.deadline()).toThrow("The route's queries took more than 5 ms together");
    stopwatch.stop();
    expect(() => time.deadline()).toThrow(expect.objectContaining({ code: "timeout" }));
    time.renew();
    const renewedAt = performance.now();
    expect(time.deadline()).toBeGreaterThan(renewedAt);
  });
});
