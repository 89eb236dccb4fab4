import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { describeCause, summarizeCause } from "./describe_cause.ts";

const REFUSED = new TypeError("connection refused");
const FAILED = new Error("Cannot fetch the keys", { cause: REFUSED });

describe("describeCause()", () => {
  it("has the stack of an error and of its causes", () => {
    const described = describeCause(FAILED)!;
    expect(described).toContain("describe_cause_test.ts");
    expect(described).toContain("caused by TypeError: connection refused");
  });
});

describe("summarizeCause()", () => {
  const cases: [string, unknown, string | undefined][] = [
    ["nothing", undefined, undefined],
    ["null", null, undefined],
    ["text", "gone", "gone"],
    ["an error", REFUSED, "connection refused"],
    ["an error with a cause", FAILED, "Cannot fetch the keys: connection refused"],
    ["an error that is not called anything", new DOMException("", "AbortError"), "AbortError"],
    [
      "an error that repeats its cause",
      new Error("Cannot read: connection refused", { cause: REFUSED }),
      "Cannot read: connection refused",
    ],
    [
      "an error with the stack of another in its message",
      new Error(`Tried all: ${FAILED.stack}`),
      "Tried all: Error: Cannot fetch the keys",
    ],
    [
      "the errors of the driver's nodes",
      Object.assign(new Error(`First node: ${REFUSED.stack}`), {
        innerErrors: { "10.0.0.1:9042": REFUSED, "10.0.0.2:9042": new Error("no route to host") },
      }),
      "10.0.0.1:9042: connection refused, 10.0.0.2:9042: no route to host",
    ],
    [
      "several errors",
      new AggregateError([REFUSED, new Error("no route to host")], "All failed"),
      "All failed: connection refused, no route to host",
    ],
  ];
  for (const [what, cause, expected] of cases) {
    it(`says ${what} without a stack`, () => expect(summarizeCause(cause)).toBe(expected));
  }
});
