import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually } from "../../tests/support/eventually.ts";
import { watchEventLoop } from "./event_loop.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("watchEventLoop()", () => {
  it("reports how long the loop was held, until it is stopped", async () => {
    const delays: number[] = [];
    const stop = watchEventLoop((observation) => {
      if (observation.kind === "event_loop") delays.push(observation.delayMs);
    });
    await sleep(30);
    const heldUntil = performance.now() + 400;
    while (performance.now() < heldUntil);
    await eventually("the pause is reported", () => Math.max(...delays) > 250);
    stop();
    const seen = delays.length;
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    await sleep(250);
    expect(delays.length).toBe(seen);
  });
});
