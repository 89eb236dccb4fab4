import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { onceMoreOnMismatch } from "./once_more.ts";
import { Alarms } from "./timing/alarms.ts";
import { Deadline } from "./timing/deadline.ts";

const { readFailure, writeFailure, readTimeout, serverError } = cassandra.types.responseErrorCodes;
const MISMATCH =
  "Operation failed - received 0 responses and 1 failures: INCOMPATIBLE_SCHEMA from /10.0.0.2:7000";
const TOMBSTONES =
  "Operation failed - received 0 responses and 1 failures: READ_TOO_MANY_TOMBSTONES from /10.0.0.2:7000";

function failure(code: number, message: string): Error {
  return new cassandra.errors.ResponseError(code, message);
}

/** How often it runs a statement that fails so the first time, or each time. */
async function runsOf(
  error: Error,
  { isIdempotent = true, leftMs = 60_000, always = false } = {},
): Promise<[number, unknown]> {
  let runs = 0;
  const outcome = await onceMoreOnMismatch(() => {
    runs++;
    return runs === 1 || always ? Promise.reject(error) : Promise.resolve("done");
  }, { isIdempotent, deadline: new Deadline(performance.now() + leftMs, new Alarms()) })
    .catch((reason) => reason);
  return [runs, outcome];
}

describe("onceMoreOnMismatch()", () => {
  const CASES: [string, Error, Parameters<typeof runsOf>[1], number][] = [
    ["a read that a replica did not understand", failure(readFailure, MISMATCH), {}, 2],
    ["a write", failure(writeFailure, MISMATCH), {}, 2],
    ["one that fails each time", failure(readFailure, MISMATCH), { always: true }, 2],
    ["what must not be repeated", failure(writeFailure, MISMATCH), { isIdempotent: false }, 1],
    ["one whose time is up before", failure(readFailure, MISMATCH), { leftMs: 100 }, 1],
    ["too many tombstones", failure(readFailure, TOMBSTONES), {}, 1],
    ["a timeout", failure(readTimeout, MISMATCH), {}, 1],
    ["another error of a node", failure(serverError, MISMATCH), {}, 1],
    ["an error of another kind", new Error(MISMATCH), {}, 1],
  ];
  for (const [what, error, options, expected] of CASES) {
    it(`runs ${what} ${expected === 1 ? "once" : "twice"}`, async () => {
      const [runs, outcome] = await runsOf(error, options);
      expect(runs).toBe(expected);
      expect(outcome).toBe(expected === 2 && !options?.always ? "done" : error);
    });
  }
});
