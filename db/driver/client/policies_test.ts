import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { AttemptBudget } from "../timing/attempt_budget.ts";
import { JitteredReconnection, RetryOnceIfIdempotent, silentLast } from "./policies.ts";

type OperationInfo = cassandra.policies.retry.OperationInfo;
type Hook = "onUnavailable" | "onReadTimeout" | "onWriteTimeout" | "onRequestError";

const { retryDecision } = cassandra.policies.retry.RetryPolicy as unknown as {
  retryDecision: { retry: number; rethrow: number };
};
const RETHROW = { decision: retryDecision.rethrow };
const SAME_HOST = { decision: retryDecision.retry, consistency: undefined, useCurrentHost: true };
const NEXT_HOST = { ...SAME_HOST, useCurrentHost: false };

function operation(nbRetry: number, isIdempotent: boolean): OperationInfo {
  const executionOptions = { isIdempotent: () => isIdempotent };
  return { query: "", nbRetry, executionOptions } as unknown as OperationInfo;
}

describe("RetryOnceIfIdempotent", () => {
  const policy = new RetryOnceIfIdempotent(new AttemptBudget({ share: 1, burst: 1_000 }));
  const CASES = [
    ["onUnavailable", NEXT_HOST],
    ["onReadTimeout", SAME_HOST],
    ["onWriteTimeout", SAME_HOST],
    ["onRequestError", NEXT_HOST],
  ] as const satisfies readonly [Hook, unknown][];
  for (const [hook, repetition] of CASES) {
    it(`${hook}() repeats only what may be repeated`, () => {
      expect(policy[hook](operation(0, true))).toEqual(repetition);
      expect(policy[hook](operation(0, false))).toEqual(RETHROW);
    });

    it(`${hook}() repeats once at most, over all hosts`, () => {
      for (const isIdempotent of [true, false]) {
        expect(policy[hook](operation(1, isIdempotent))).toEqual(RETHROW);
      }
    });
  }

  it("repeats nothing more when its budget is used up", () => {
    const budget = new AttemptBudget({ share: 0.5, burst: 1 });
    const policy = new RetryOnceIfIdempotent(budget);
    const onUnavailable = () => policy.onUnavailable(operation(0, true));
    expect([onUnavailable(), onUnavailable()]).toEqual([NEXT_HOST, RETHROW]);
    for (let request = 0; request < 2; request++) budget.noteRequest();
    expect([onUnavailable(), onUnavailable()]).toEqual([NEXT_HOST, RETHROW]);
    expect(budget.refused).toBe(2);
  });

  it("does not repeat what took all the time that it had", () => {
    const error = new cassandra.errors.OperationTimedOutError("late");
    expect(policy.onRequestError(operation(0, true), undefined, error)).toEqual(RETHROW);
  });
});

describe("silentLast()", () => {
  const CASES: [string, string, string, string][] = [
    ["the order of the plan", "abc", "", "abc"],
    ["a silent host last", "abc", "a", "bca"],
    ["silent hosts in their order", "abcd", "ca", "bdac"],
    ["all hosts if all are silent", "abc", "abc", "abc"],
    ["nobody for an empty plan", "", "a", ""],
  ];
  for (const [what, plan, silent, expected] of CASES) {
    it(`gives ${what}`, () => {
      expect([...silentLast(plan[Symbol.iterator](), new Set(silent))].join("")).toBe(expected);
    });
  }
});

describe("JitteredReconnection", () => {
  it("gives each lost node a schedule of its own that never ends and stays below half a second", () => {
    const policy = new JitteredReconnection();
    const [one, other] = [policy.newSchedule(), policy.newSchedule()];
    const delays = Array.from({ length: 1_000 }, () => one.next());
    expect(delays.every(({ done, value }) => !done && value >= 0 && value <= 500)).toBe(true);
    expect(Math.max(...delays.map(({ value }) => value))).toBeGreaterThan(400);
    expect(other.next().value).toBeLessThanOrEqual(250);
  });
});
