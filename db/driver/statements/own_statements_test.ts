import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Code } from "../../../errors/codes.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { Alarms } from "../../../runtime/alarms.ts";
import type { PreparedStatement, RawResult } from "../internals/driver_types.ts";
import { OwnStatements } from "./own_statements.ts";
import type { StatementOptions } from "./statement_options.ts";
import { Deadline } from "../timing/deadline.ts";

const OPTIONS = { writes: false, idempotent: true } as StatementOptions;

/** Runs the same statement as often as there are outcomes; says how often it was prepared. */
async function prepares(
  outcomes: readonly (Code | "ok" | "not prepared")[],
): Promise<number> {
  let [run, prepared] = [0, 0];
  const own = new OwnStatements({
    prepare(cql) {
      prepared++;
      if (outcomes[run] === "not prepared") return Promise.reject(new Error("No node is there"));
      return Promise.resolve({ cql } as PreparedStatement);
    },
    execute() {
      const outcome = outcomes[run]!;
      if (outcome === "ok" || outcome === "not prepared") return Promise.resolve({} as RawResult);
      return Promise.reject(new ServiceError(outcome, "It failed"));
    },
  });
  for (; run < outcomes.length; run++) {
    const deadline = new Deadline(performance.now() + 600_000, new Alarms());
    const running = own.execute({ cql: "SELECT a FROM t", values: [] }, { ...OPTIONS, deadline });
    const failure = await running.then(() => null, (error: unknown) => error);
    expect(failure instanceof ServiceError).toBe(outcomes[run] !== "ok");
  }
  return prepared;
}

describe("OwnStatements", () => {
  it("prepares a statement once, however its runs fail", async () => {
    expect(await prepares(["ok", "ok"])).toBe(1);
    expect(await prepares(["overloaded", "timeout", "unavailable", "replica_failure", "ok"]))
      .toBe(1);
  });

  it("prepares it again if its table has changed, or if it could not be prepared", async () => {
    expect(await prepares(["schema_changed", "ok"])).toBe(2);
    expect(await prepares(["not prepared", "ok", "overloaded", "ok"])).toBe(2);
  });
});
