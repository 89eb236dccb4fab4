import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { FurtherAttempts } from "./further_attempts.ts";

describe("FurtherAttempts", () => {
  it("counts a second attempt when it has ended, so that no count ever goes down", () => {
    const attempts = new FurtherAttempts();
    expect(attempts.speculationAfter(null)).toBe(null);
    const { budget, onEnd } = attempts.speculationAfter(5)!;
    const counts = () => attempts.read().speculative;
    expect([budget.tryTake(), budget.tryTake()]).toEqual([true, false]);
    expect(counts()).toEqual({ won: 0, lost: 0, refused: 1 });
    onEnd(true);
    expect(counts()).toEqual({ won: 1, lost: 0, refused: 1 });
    onEnd(false);
    budget.giveBack();
    expect(counts()).toEqual({ won: 1, lost: 1, refused: 1 });
  });
});
