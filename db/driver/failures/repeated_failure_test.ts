import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Code } from "../../../errors/codes.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { repeatedFailure } from "./repeated_failure.ts";

const NOTHING = "It failed, and nothing was changed";

describe("repeatedFailure()", () => {
  const cases: { earlier: Code; last: Code; code: Code; keepsDetail: boolean }[] = [
    { earlier: "timeout", last: "unavailable", code: "unavailable", keepsDetail: false },
    { earlier: "timeout", last: "overloaded", code: "overloaded", keepsDetail: false },
    { earlier: "unavailable", last: "timeout", code: "timeout", keepsDetail: false },
    { earlier: "timeout", last: "schema_changed", code: "timeout", keepsDetail: false },
    { earlier: "timeout", last: "invalid_input", code: "timeout", keepsDetail: false },
    { earlier: "timeout", last: "replica_failure", code: "replica_failure", keepsDetail: true },
    { earlier: "timeout", last: "outcome_unknown", code: "outcome_unknown", keepsDetail: true },
    { earlier: "unavailable", last: "internal", code: "internal", keepsDetail: true },
  ];
  for (const { earlier, last, code, keepsDetail } of cases) {
    it(`is ${code} where ${last} comes after ${earlier}`, () => {
      const cause = new Error("why");
      const failure = repeatedFailure(
        new ServiceError(earlier, NOTHING),
        new ServiceError(last, NOTHING, { cause }),
      );
      expect(failure.code).toBe(code);
      expect(failure.cause).toBe(cause);
      expect(failure.detail === NOTHING).toBe(keepsDetail);
    });
  }
});
