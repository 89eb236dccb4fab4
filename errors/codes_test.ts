import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { RouteTrait } from "./code_row.ts";
import { CODES, codesOf } from "./codes.ts";

describe("CODES", () => {
  for (const [code, row] of Object.entries(CODES)) {
    it(`agrees with itself about ${code}`, () => {
      expect(row.status >= 500 ? "a failure" : "a mistake")
        .toBe(row.logLevel === "info" ? "a mistake" : "a failure");
      expect(row.retryAfterSeconds !== null).toBe(row.repeat === "later");
      expect(row.routes).toEqual([...new Set(row.routes)]);
    });
  }
});

describe("codesOf()", () => {
  const ANY = codesOf(new Set());

  it("has what any route can answer with for a route without traits", () => {
    expect(ANY).toContain("internal");
    expect(ANY).toContain("timeout");
    for (const code of ["missing_token", "not_found", "body_too_large"] as const) {
      expect(ANY).not.toContain(code);
    }
  });

  const CASES: readonly [RouteTrait, readonly string[]][] = [
    ["any", []],
    ["paged", ["invalid_cursor"]],
    ["walk", ["range_too_wide"]],
    ["if_match", ["precondition_failed", "precondition_required"]],
    ["many", ["answer_too_large"]],
    ["applied", ["not_applied", "answer_too_large"]],
    ["not_idempotent", ["outcome_unknown"]],
    ["writes", [
      "unsupported_idempotency_key",
      "outcome_not_recorded",
      "read_only",
      "clock_skewed",
      "audit_unavailable",
    ]],
    ["audited", ["outcome_not_recorded", "audit_unavailable"]],
    ["streams", ["too_many_streams"]],
    ["bounded", ["result_too_large"]],
    ["limited", ["rate_limited"]],
    ["hand_written", [
      "range_too_wide",
      "result_too_large",
      "unsupported_idempotency_key",
      "not_found",
      "too_many_rows",
      "answer_too_large",
      "number_too_long",
      "outcome_not_recorded",
      "read_only",
      "clock_skewed",
      "too_many_streams",
      "audit_unavailable",
      "outcome_unknown",
    ]],
  ];
  for (const [trait, codes] of CASES) {
    it(`adds what the trait "${trait}" can lead to`, () => {
      const added = codesOf(new Set([trait])).filter((code) => !ANY.includes(code));
      expect(added).toEqual(codes);
    });
  }

  it("names each code once, whatever the traits", () => {
    const codes = codesOf(new Set<RouteTrait>(["one", "hand_written", "any"]));
    expect(codes).toEqual([...new Set(codes)]);
  });
});
