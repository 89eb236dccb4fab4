import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { AuditLog } from "../../audit/audit_log.ts";
import type { OutcomeFacts } from "../../audit/event.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { CallerLeft } from "../../errors/caller_left.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { parseCql } from "../../tests/support/cql/parse_cql.ts";
import { compileWriteRecorder, type Recorded } from "./record.ts";

const PREPARED = {
  query: { name: "put", sensitive: [], parsed: parseCql("DELETE FROM t WHERE a = 1") },
  writes: true,
  idempotent: false,
  partitions: [],
} as unknown as PreparedQuery;

/** How a write is on record that ends with this error. */
async function recordOf(error: unknown): Promise<OutcomeFacts[]> {
  const settled: OutcomeFacts[] = [];
  const settle = (outcome: OutcomeFacts) => Promise.resolve(void settled.push(outcome));
  const log = { waitsForIntents: false, begin: () => Promise.resolve({ settle }) };
  const request = { id: "a", route: "/a", identity: null, unproven: null };
  const context = { get: () => request, req: { method: "PUT", raw: new Request("http://a/") } };
  const record = compileWriteRecorder(PREPARED, {
    log: log as unknown as AuditLog,
    addressOf: () => "192.0.2.1",
    hashKey: null,
  });
  const recorded = { context, values: {} } as unknown as Recorded;
  await expect(record(recorded, () => Promise.reject(error))).rejects.toBe(error);
  return settled;
}

describe("the record of a write", () => {
  it("has no failure of one whose caller has left before it was sent", async () => {
    expect(await recordOf(new CallerLeft())).toEqual([
      { outcome: "refused", code: null, rows: null, lines: null },
    ]);
  });

  it("has the code of one that failed, and whether it may have been written", async () => {
    const cases = [
      ["unavailable", "failed"],
      ["invalid_input", "refused"],
      ["outcome_unknown", "outcome_unknown"],
      ["replica_failure", "outcome_unknown"],
    ] as const;
    for (const [code, outcome] of cases) {
      expect(await recordOf(new ServiceError(code, "It failed"))).toEqual([
        { outcome, code, rows: null, lines: null },
      ]);
    }
  });
});
