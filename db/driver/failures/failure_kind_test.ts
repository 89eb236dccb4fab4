import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { failureKind, namesGuardrail } from "./failure_kind.ts";
import { DeadlinePassed } from "../timing/deadline.ts";

const { ResponseError } = cassandra.errors;
const { responseErrorCodes: codes } = cassandra.types;

describe("failureKind()", () => {
  const CASES: Record<string, [unknown, ReturnType<typeof failureKind>]> = {
    "a deadline that has passed": [new DeadlinePassed({ wasSent: true }), "deadline"],
    "the driver's own limit": [
      new cassandra.errors.OperationTimedOutError("no answer"),
      "deadline",
    ],
    "replicas that did not read in time": [
      new ResponseError(codes.readTimeout, ""),
      "read_timeout",
    ],
    "replicas that did not write in time": [
      new ResponseError(codes.writeTimeout, ""),
      "write_timeout",
    ],
    "a lightweight transaction of unknown outcome": [
      new ResponseError(0x1700, ""),
      "write_timeout",
    ],
    "a guardrail's refusal": [
      new ResponseError(codes.invalid, "Guardrail page_size violated: Query asks for 5000 rows"),
      "guardrail",
    ],
    "values that are refused": [new ResponseError(codes.invalid, "Invalid null value"), null],
    "a guardrail in another error": [
      new ResponseError(codes.serverError, "Guardrail page_size violated: 5000"),
      null,
    ],
    "too few replicas": [new ResponseError(codes.unavailableException, ""), null],
    "an error of the service's own": [new TypeError("no"), null],
    "nothing": [undefined, null],
  };
  for (const [what, [cause, expected]] of Object.entries(CASES)) {
    it(`tells ${what}`, () => expect(failureKind(cause)).toBe(expected));
  }
});

describe("namesGuardrail()", () => {
  it("reads how Cassandra begins what its guardrails say", () => {
    expect(namesGuardrail("Guardrail partition_size violated: Partition k has size 1")).toBe(true);
    expect(namesGuardrail("Read 5 rows; Guardrail partition_size violated: k")).toBe(false);
    expect(namesGuardrail("Guardrail of ours")).toBe(false);
  });
});
