import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { JitteredReconnection, RetryOnceIfIdempotent } from "./policies.ts";

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
  // Nothing was done where too few replicas are alive, so that the second column differs there.
  const CASES = [
    ["onUnavailable", NEXT_HOST, NEXT_HOST],
    ["onReadTimeout", SAME_HOST, RETHROW],
    ["onWriteTimeout", SAME_HOST, RETHROW],
    ["onRequestError", NEXT_HOST, RETHROW],
  ] as const satisfies readonly [Hook, unknown, unknown][];
  for (const [hook, idempotent, other] of CASES) {
    const policy = new RetryOnceIfIdempotent();

    it(`${hook}() repeats only what may be repeated`, () => {
      expect(policy[hook](operation(0, true))).toEqual(idempotent);
      expect(policy[hook](operation(0, false))).toEqual(other);
    });

    it(`${hook}() repeats once at most, over all hosts`, () => {
      for (const isIdempotent of [true, false]) {
        expect(policy[hook](operation(1, isIdempotent))).toEqual(RETHROW);
      }
    });
  }
});

describe("JitteredReconnection", () => {
  it("gives each lost node a schedule of its own that never ends and stays below five seconds", () => {
    const policy = new JitteredReconnection();
    const [one, other] = [policy.newSchedule(), policy.newSchedule()];
    const delays = Array.from({ length: 1_000 }, () => one.next());
    expect(delays.every(({ done, value }) => !done && value >= 0 && value <= 5_000)).toBe(true);
    expect(Math.max(...delays.map(({ value }) => value))).toBeGreaterThan(4_000);
    expect(other.next().value).toBeLessThanOrEqual(250);
  });
});
