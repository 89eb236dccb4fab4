import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { modules } from "./modules.ts";
import { timeBoundsIn } from "./time_bounds.ts";

describe("tests", () => {
  it("do not bound how long something takes", () => {
    // A scenario has a ring of nodes, and the machine for itself.
    const tests = modules.filter(({ isTest, path }) => isTest && !path.endsWith("scenario.ts"));
    const wrong = tests.flatMap(({ path, text }) =>
      timeBoundsIn(text).map((found) => `${path}: ${found}`)
    );
    expect(wrong).toEqual([]);
  });

  it("do not ask for the memory of the process that they share", () => {
    const wrong = modules.filter(({ isTest, text }) =>
      isTest && /\bDeno\.memoryUsage\b/.test(text)
    );
    // It collects first, and leaves out what the process has beside the heap.
    expect(wrong.map(({ path }) => path)).toEqual(["tests/support/kept_memory.ts"]);
  });

  it("say what they waited for, if it never comes", () => {
    // A process that starts may take longer: its end is what is waited for.
    const wrong = modules.filter(({ isTest, path, text }) =>
      isTest && path !== "tests/support/programs.ts" && /\bawait [\w.!?#]+\.promise\b/.test(text)
    );
    // `promptly()` fails with a sentence; what hangs is stopped after ten minutes, without a word about why.
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("do not escape the checker by telling the linter so", () => {
    const rule = ["no", "explicit", "any"].join("-");
    expect(modules.filter(({ text }) => text.includes(rule)).map(({ path }) => path)).toEqual([]);
  });
});
