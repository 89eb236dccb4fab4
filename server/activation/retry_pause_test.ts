import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { backoff } from "../../db/driver/timing/backoff.ts";
import { momentMs, pauseMs, RETRY } from "./retry_pause.ts";

/** The longest and the shortest of many pauses. */
function bounds(isAboutSchema: boolean): [number, number] {
  const pauses = backoff(RETRY).take(1_000).map((delayMs) => pauseMs(delayMs, { isAboutSchema }))
    .toArray();
  return [Math.min(...pauses), Math.max(...pauses)];
}

describe("momentMs()", () => {
  for (const [queries, mostMs] of [[0, 0], [20, 200], [300, 3_000], [2_000, 5_000]] as const) {
    it(`is spread over ${mostMs} ms with ${queries} queries`, () => {
      const moments = Array.from({ length: 1_000 }, () => momentMs(queries));
      expect(Math.min(...moments)).toBeGreaterThanOrEqual(0);
      expect(Math.min(...moments)).toBeLessThanOrEqual(mostMs / 10);
      expect(Math.max(...moments)).toBeLessThanOrEqual(mostMs);
      expect(Math.max(...moments)).toBeGreaterThanOrEqual(mostMs * 0.9);
    });
  }
});

describe("pauseMs()", () => {
  it("grows to ten seconds where people have to do something", () => {
    const [shortest, longest] = bounds(true);
    expect(shortest).toBeGreaterThanOrEqual(500);
    expect(longest).toBeGreaterThan(8_000);
    expect(longest).toBeLessThanOrEqual(10_500);
  });

  it("stays below half a second, and differs, where the cluster could not be asked", () => {
    const [shortest, longest] = bounds(false);
    expect(shortest).toBeGreaterThanOrEqual(150);
    expect(longest).toBeLessThanOrEqual(500);
    expect(longest - shortest).toBeGreaterThan(250);
  });
});
