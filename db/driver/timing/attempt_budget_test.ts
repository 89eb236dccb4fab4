import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { AttemptBudget } from "./attempt_budget.ts";

/** How many further attempts are allowed if each of some requests wants another. */
function furtherAttempts(budget: AttemptBudget, requests: number): number {
  let count = 0;
  for (let request = 0; request < requests; request++) {
    budget.noteRequest();
    if (budget.tryTake()) count++;
  }
  return count;
}

describe("AttemptBudget", () => {
  it("lets a share of the requests be attempted again when all of them want to", () => {
    const budget = new AttemptBudget({ share: 0.1, burst: 20, start: 0 });
    expect(furtherAttempts(budget, 1_000)).toBe(100);
    expect([budget.taken, budget.refused]).toEqual([100, 900]);
  });

  it("saves for later no more than the burst", () => {
    const budget = new AttemptBudget({ share: 0.05, burst: 10 });
    for (let request = 0; request < 10_000; request++) budget.noteRequest();
    let count = 0;
    while (budget.tryTake()) count++;
    expect(count).toBe(10);
  });

  it("has what was given back", () => {
    const budget = new AttemptBudget({ share: 0.05, burst: 1 });
    expect(budget.tryTake()).toBe(true);
    budget.giveBack();
    expect(budget.taken).toBe(0);
    expect([budget.tryTake(), budget.tryTake()]).toEqual([true, false]);
  });

  it("needs a share and a burst", () => {
    expect(() => new AttemptBudget({ share: 0, burst: 1 })).toThrow('"share" is 0');
    expect(() => new AttemptBudget({ share: 1, burst: NaN })).toThrow('"burst" is NaN');
  });
});
