import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Verdict } from "./history.ts";
import { verdictOf } from "./verdict.ts";

describe("verdictOf()", () => {
  const safe =
    "Cassandra did not confirm the write in time; it may have happened: retrying is safe";
  const never = "Cassandra could not be asked in time, and nothing was changed: retry the request";
  const cases: [number | null, string | null, string, Verdict, Verdict][] = [
    [204, null, "", "acknowledged", "acknowledged"],
    [null, null, "", "unknown", "unknown"],
    [502, null, "a page of some proxy", "unknown", "unknown"],
    [504, "outcome_unknown", "", "unknown", "unknown"],
    [500, "internal", "", "unknown", "unknown"],
    [504, "timeout", safe, "unknown", "refused"],
    [504, "timeout", never, "refused", "refused"],
    [503, "unavailable", "Too few nodes: retrying later is safe", "unknown", "refused"],
    [503, "unavailable", "Too few nodes; nothing was changed", "refused", "refused"],
    [503, "unavailable", "Too few replicas; nothing was sent", "refused", "refused"],
    [503, "unavailable", "nothing is known: retrying is safe", "unknown", "refused"],
    [502, "replica_failure", "it may have written", "unknown", "unknown"],
    [503, "schema_changed", "so the statement was not run", "refused", "refused"],
    [503, "too_busy", "", "refused", "refused"],
    [409, "not_applied", "", "refused", "refused"],
  ];
  for (const [status, code, detail, idempotent, other] of cases) {
    it(`takes ${status} ${code} "${detail}" for ${idempotent}, or ${other} if not idempotent`, () => {
      const answer = { status, code, detail };
      expect(verdictOf(answer, { isIdempotent: true })).toBe(idempotent);
      expect(verdictOf(answer, { isIdempotent: false })).toBe(other);
    });
  }
});
