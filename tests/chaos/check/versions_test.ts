import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Verdict } from "../history.ts";
import { checkVersions } from "./versions.ts";

/** Writes of 1, 2, 3 …, at 0 to 1, 10 to 11, 20 to 21 … */
function faultsOf(verdicts: Verdict[], version: number | null, startedAt: number): string[] {
  const writes = verdicts.map((verdict, index) => ({
    register: "r",
    version: index + 1,
    verdict,
    startedAt: index * 10,
    endedAt: index * 10 + 1,
  }));
  return checkVersions(writes, [{ register: "r", version, startedAt, endedAt: startedAt + 2 }]);
}

describe("checkVersions()", () => {
  const passing: [string, Verdict[], number | null, number][] = [
    ["nothing of a register that was not written", [], null, 50],
    ["what was acknowledged last", ["acknowledged", "acknowledged"], 2, 50],
    ["a write that is under way", ["acknowledged", "acknowledged"], 2, 9],
    ["what was there before a write that is under way", ["acknowledged", "acknowledged"], 1, 9],
    ["what may have been written", ["acknowledged", "unknown"], 2, 50],
    ["what was there before what may have been written", ["acknowledged", "unknown"], 1, 50],
  ];
  for (const [name, verdicts, version, at] of passing) {
    it(`passes a read of ${name}`, () => expect(faultsOf(verdicts, version, at)).toEqual([]));
  }

  const failing: [string, Verdict[], number | null, number][] = [
    ["a lost write", ["acknowledged"], null, 50],
    ["a stale read", ["acknowledged", "acknowledged"], 1, 50],
    ["an unknown write that undid a later one", ["unknown", "acknowledged"], 1, 50],
    ["a refused write", ["acknowledged", "refused"], 2, 50],
    ["a write from the future", ["acknowledged", "acknowledged"], 2, 5],
    ["a version that nobody wrote", ["acknowledged"], 7, 50],
  ];
  for (const [name, verdicts, version, at] of failing) {
    it(`finds ${name}`, () => expect(faultsOf(verdicts, version, at)).toHaveLength(1));
  }
});
