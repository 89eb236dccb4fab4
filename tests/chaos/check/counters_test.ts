import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Verdict } from "../history.ts";
import { checkCounters } from "./counters.ts";

function faultsOf(verdicts: Verdict[], total: number): string[] {
  const increments = verdicts.map((verdict, index) => ({
    counter: "c",
    verdict,
    startedAt: index,
    endedAt: index + 1,
  }));
  return checkCounters(increments, [{ counter: "c", total, startedAt: 100, endedAt: 101 }]);
}

describe("checkCounters()", () => {
  const history: Verdict[] = ["acknowledged", "unknown", "refused", "acknowledged"];

  for (const total of [2, 3]) {
    it(`passes ${total} after two acknowledged increments and an unknown one`, () => {
      expect(faultsOf(history, total)).toEqual([]);
    });
  }

  it("finds a lost increment", () => {
    expect(faultsOf(history, 1)).toEqual(['A read of "c" at 100 ms found 1, and not 2 to 3']);
  });

  it("finds a refused increment that was made all the same", () => {
    expect(faultsOf(["acknowledged", "refused"], 2)).toHaveLength(1);
  });

  it("finds a double increment", () => {
    expect(faultsOf(["acknowledged"], 2)).toHaveLength(1);
    expect(faultsOf(history, 4)).toHaveLength(1);
  });
});
