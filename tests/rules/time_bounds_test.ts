import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { timeBoundsIn } from "./time_bounds.ts";

describe("timeBoundsIn()", () => {
  it("finds bounds of several forms, and no near misses", () => {
    const ofLess = (subject: string, bound: string) =>
      `${"expect"}(${subject}).toBeLessThan(${bound});`;
    const wrong = [
      ofLess("performance.now() - startedAt", "1_000"),
      ofLess("Date.now() - since(a, (b))", "TIMEOUT_MS + SLACK_MS"),
      ofLess("result.durationMs", "9_000"),
      ofLess("\n  elapsedMs,\n", "9_000").replace("Than", "ThanOrEqual"),
      `${"expect"}([name, performance.now() - before < 10_000]).toEqual([name, true]);`,
    ];
    const right = [
      ofLess("performance.now() - startedAt", "30_000"),
      ofLess("fetches", "2 + (performance.now() - begin) / PAUSE_MS"),
      ofLess("cassandraMs", "durationMs"),
      ofLess("time.deadline() - performance.now()", "40_001"),
      ofLess("durationMs", "9_000").replace("Less", "Greater"),
    ];
    for (const text of wrong) expect([text, timeBoundsIn(text).length]).toEqual([text, 1]);
    for (const text of right) expect([text, timeBoundsIn(text).length]).toEqual([text, 0]);
  });
});
