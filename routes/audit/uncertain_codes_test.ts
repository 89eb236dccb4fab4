import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Code } from "../../errors/codes.ts";
import { mayHaveWritten } from "./uncertain_codes.ts";

describe("mayHaveWritten()", () => {
  const CASES: [code: Code, once: boolean, idempotent: boolean][] = [
    ["outcome_unknown", true, true],
    ["timeout", true, true],
    ["replica_failure", true, true],
    ["internal", true, true],
    ["answer_too_large", true, true],
    // Such a write is sent again: its first attempt may have been carried out.
    ["unavailable", false, true],
    ["overloaded", false, true],
    ["schema_changed", false, false],
    ["function_failed", false, false],
    ["invalid_input", false, false],
    ["not_ready", false, false],
  ];
  for (const [code, once, idempotent] of CASES) {
    it(`knows what "${code}" leaves open of a write that is sent once, and of others`, () => {
      expect([
        mayHaveWritten({ code }, { idempotent: false }),
        mayHaveWritten({ code }, { idempotent: true }),
      ]).toEqual([once, idempotent]);
    });
  }
});
