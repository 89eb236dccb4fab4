import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Pulse, type Verdict } from "./pulse.ts";

/** Looks each 250 ms: `bytes/inFlight`, such as `10/2`; `-` for a look that is left out and resets it. */
function verdicts(...looks: string[]): Verdict[] {
  const pulse = new Pulse();
  return looks.flatMap((look, index) => {
    if (look === "-") {
      pulse.reset();
      return [];
    }
    const [bytesRead = 0, inFlight = 0] = look.split("/").map(Number);
    return [pulse.look({ bytesRead, inFlight }, index * 250)];
  });
}

describe("Pulse", () => {
  const CASES: [string, string[], Verdict[]][] = [
    ["asks once where nothing comes, doubts, and gives up", Array(10).fill("5/1"), [
      "alive",
      "ask",
      "alive",
      "doubt",
      "doubt",
      "doubt",
      "doubt",
      "doubt",
      "give up",
      "give up",
    ]],
    ["leaves alone what nothing is due on", Array(9).fill("5/0"), Array(9).fill("alive")],
    ["takes any byte for life", ["5/1", "5/1", "5/1", "5/1", "6/1", "6/1", "6/1"], [
      "alive",
      "ask",
      "alive",
      "doubt",
      "alive",
      "ask",
      "alive",
    ]],
    ["begins again once nothing is due", ["5/1", "5/1", "5/0", "5/1", "5/1"], [
      "alive",
      "ask",
      "alive",
      "alive",
      "ask",
    ]],
    ["begins again after a reset", ["5/1", "5/1", "5/1", "-", "5/1", "5/1"], [
      "alive",
      "ask",
      "alive",
      "alive",
      "ask",
    ]],
  ];
  for (const [what, looks, expected] of CASES) {
    it(what, () => expect(verdicts(...looks)).toEqual(expected));
  }
});
