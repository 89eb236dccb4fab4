import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { noteSchemaChange, onceMoreOnMismatch } from "./once_more.ts";
import { Alarms } from "../../../runtime/alarms.ts";
import { Deadline } from "../timing/deadline.ts";

const { readFailure, writeFailure, readTimeout, serverError } = cassandra.types.responseErrorCodes;

function failure(code: number): Error {
  return new cassandra.errors.ResponseError(code, "Server failure");
}

interface Situation {
  readonly isIdempotent?: boolean;
  readonly leftMs?: number;
  readonly always?: boolean;
  /** What the second run fails with; default: it succeeds. */
  readonly second?: Error;
  /** What the nodes say each time that they are asked; the last goes on. */
  readonly agreement?: readonly boolean[];
  /** Whether a node has just announced a change. */
  readonly announced?: boolean;
}

/** How often it runs a statement that fails the first time, or each time. */
async function runsOf(
  error: Error,
  {
    isIdempotent = true,
    leftMs = 60_000,
    always = false,
    second,
    agreement = [false, true],
    announced = false,
  }: Situation,
): Promise<[number, unknown]> {
  let runs = 0;
  let asked = 0;
  const query = (cql: string) => {
    if (cql.endsWith("system.local")) return Promise.resolve({ rows: [{ schema_version: 1 }] });
    const agrees = agreement[asked++] ?? agreement.at(-1);
    return Promise.resolve({ rows: [{ schema_version: agrees ? 1 : 2 }] });
  };
  const hosts = { values: () => [] };
  const client = { hosts, controlConnection: { query } } as unknown as cassandra.Client;
  if (announced) noteSchemaChange(client);
  const run = () => {
    runs++;
    if (runs === 1 || always) return Promise.reject(error);
    return second === undefined ? Promise.resolve("done") : Promise.reject(second);
  };
  const deadline = new Deadline(performance.now() + leftMs, new Alarms());
  const outcome = await onceMoreOnMismatch(client, run, { isIdempotent, deadline })
    .catch((reason) => reason);
  return [runs, outcome];
}

describe("onceMoreOnMismatch()", () => {
  const refusal = failure(cassandra.types.responseErrorCodes.invalid);

  it("says of a read what the second run says", async () => {
    expect(await runsOf(failure(readFailure), { second: refusal })).toEqual([2, refusal]);
  });

  it("says of a write what the first run says, as that may have written", async () => {
    const first = failure(writeFailure);
    const [runs, outcome] = await runsOf(first, { second: refusal });
    expect(runs).toBe(2);
    expect(outcome).toBe(first);
  });

  it("runs nothing twice while the nodes go on disagreeing, and waits for them once", async () => {
    let looks = 0;
    let agrees = false;
    const query = (cql: string) => {
      if (cql.endsWith("system.local")) looks++;
      const version = cql.endsWith("system.local") || agrees ? 1 : 2;
      return Promise.resolve({ rows: [{ schema_version: version }] });
    };
    const hosts = { values: () => [] };
    const client = { hosts, controlConnection: { query } } as unknown as cassandra.Client;
    const error = failure(readFailure);
    let runs = 0;
    const fail = () => {
      runs++;
      return Promise.reject(error);
    };
    const runOnce = () => {
      const deadline = new Deadline(performance.now() + 60_000, new Alarms());
      return onceMoreOnMismatch(client, fail, { isIdempotent: true, deadline })
        .catch((reason) => reason);
    };
    expect(await runOnce()).toBe(error);
    expect(looks).toBeGreaterThan(1);
    for (let later = 0; later < 3; later++) {
      looks = 0;
      expect(await runOnce()).toBe(error);
      expect(looks).toBe(1);
    }
    expect(runs).toBe(4);
    // The upgrade is done.
    agrees = true;
    expect(await runOnce()).toBe(error);
    expect(runs).toBe(6);
    expect(await runOnce()).toBe(error);
    expect(runs).toBe(7);
    agrees = false;
    // A change of the schema may be settled soon, whatever was before.
    looks = 0;
    noteSchemaChange(client);
    expect(await runOnce()).toBe(error);
    expect(looks).toBeGreaterThan(1);
    expect(runs).toBe(8);
  });

  const CASES: [string, Error, Situation, number][] = [
    ["a read that fails while the nodes disagree", failure(readFailure), {}, 2],
    ["a write", failure(writeFailure), {}, 2],
    ["one that fails each time", failure(readFailure), { always: true }, 2],
    ["one whose nodes disagree a moment later", failure(readFailure), {
      agreement: [true, true, false, true],
    }, 2],
    ["one whose nodes agree all along", failure(readFailure), { agreement: [true] }, 1],
    ["one whose nodes agree again after a change", failure(readFailure), {
      agreement: [true],
      announced: true,
    }, 2],
    ["what must not be repeated", failure(writeFailure), { isIdempotent: false }, 1],
    ["one whose time is up before", failure(readFailure), {
      leftMs: 200,
      agreement: [false],
    }, 1],
    ["a timeout", failure(readTimeout), {}, 1],
    ["another error of a node", failure(serverError), {}, 1],
    ["an error of another kind", new Error("Server failure"), {}, 1],
  ];
  for (const [what, error, situation, expected] of CASES) {
    it(`runs ${what} ${expected === 1 ? "once" : "twice"}`, async () => {
      const [runs, outcome] = await runsOf(error, situation);
      expect(runs).toBe(expected);
      expect(outcome).toBe(expected === 2 && !situation.always ? "done" : error);
    });
  }
});
