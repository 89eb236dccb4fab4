import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { type BoundedLines, createBoundedLines } from "./bounded_lines.ts";

const INTERVAL_MS = 50;
const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Offers lines by name and weight, and collects what is written of them. */
function offerTo(lines: BoundedLines, written: string[]) {
  return (kind: string, name: string, weight?: number) =>
    lines.offer(kind, (leftOut) => written.push(`${name}, ${leftOut} left out`), weight);
}

describe("createBoundedLines()", () => {
  it("writes the first line of each kind at once", () => {
    const written: string[] = [];
    const lines = createBoundedLines(60_000);
    const offer = offerTo(lines, written);
    offer("a", "first of a");
    offer("a", "second of a");
    offer("b", "first of b");
    expect(written).toEqual(["first of a, 0 left out", "first of b, 0 left out"]);
    lines.flush();
  });

  it("writes the weightiest of those held back when the interval ends, with the count of the others", async () => {
    const written: string[] = [];
    const offer = offerTo(createBoundedLines(INTERVAL_MS), written);
    for (const weight of [3, 1, 5, 4]) offer("a", `weight ${weight}`, weight);
    await delay(2 * INTERVAL_MS);
    expect(written).toEqual(["weight 3, 0 left out", "weight 5, 2 left out"]);
  });

  it("writes one line for each interval of a storm, and accounts for every line", async () => {
    const lines = createBoundedLines(INTERVAL_MS);
    const leftOut: number[] = [];
    const startedAt = performance.now();
    let offered = 0;
    while (performance.now() < startedAt + 4 * INTERVAL_MS || leftOut.length < 2) {
      lines.offer("a", (count) => leftOut.push(count));
      offered++;
      await delay(1);
    }
    const intervals = Math.ceil((performance.now() - startedAt) / INTERVAL_MS);
    lines.flush();
    expect(leftOut.length).toBeLessThanOrEqual(intervals + 2);
    expect(leftOut.length).toBeGreaterThan(1);
    expect(leftOut.length + leftOut.reduce((sum, count) => sum + count)).toBe(offered);
  });

  it("writes what is held back when it is told to, once", async () => {
    const written: string[] = [];
    const lines = createBoundedLines(INTERVAL_MS);
    const offer = offerTo(lines, written);
    offer("a", "first");
    offer("a", "second");
    lines.flush();
    await delay(2 * INTERVAL_MS);
    expect(written).toEqual(["first, 0 left out", "second, 0 left out"]);
  });

  it("writes a line at once again after a quiet interval", async () => {
    const written: string[] = [];
    const offer = offerTo(createBoundedLines(INTERVAL_MS), written);
    offer("a", "first");
    await delay(2 * INTERVAL_MS);
    offer("a", "second");
    expect(written).toEqual(["first, 0 left out", "second, 0 left out"]);
  });
});
