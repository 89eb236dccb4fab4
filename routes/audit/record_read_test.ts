import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { AuditLog } from "../../audit/audit_log.ts";
import type { OutcomeFacts } from "../../audit/event.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { CallerLeft } from "../../errors/caller_left.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { parseCql } from "../../tests/support/cql/parse_cql.ts";
import { compileReadRecorders } from "./record_read.ts";
import type { Recorded } from "./record.ts";

const PREPARED = {
  query: { audit: true, name: "list", sensitive: [], parsed: parseCql("SELECT a FROM t") },
  writes: false,
  partitions: [],
} as unknown as PreparedQuery;

/** How an answer is on record whose read fails so, after so many rows. */
async function recordOf(error: unknown, rowsRead: number): Promise<OutcomeFacts[]> {
  const settled: OutcomeFacts[] = [];
  const settle = (outcome: OutcomeFacts) => Promise.resolve(void settled.push(outcome));
  const log = { waitsForIntents: false, begin: () => Promise.resolve({ settle }) };
  const request = { id: "a", route: "/a", identity: null, unproven: null, rowsRead };
  const context = { get: () => request, req: { method: "GET", raw: new Request("http://a/") } };
  const { answer } = compileReadRecorders(PREPARED, {
    log: log as unknown as AuditLog,
    addressOf: () => "192.0.2.1",
    hashKey: null,
  });
  const recorded = { context, values: {} } as unknown as Recorded;
  await expect(answer(recorded, () => Promise.reject(error))).rejects.toBe(error);
  return settled;
}

describe("the record of a read", () => {
  it("has no failure of one whose caller has left", async () => {
    expect(await recordOf(new CallerLeft(), 0)).toEqual([
      { outcome: "refused", code: null, rows: 0, lines: null },
    ]);
  });

  it("has no rows of one that was refused after it had read them", async () => {
    const error = new ServiceError("precondition_failed", "The row is another one");
    expect(await recordOf(error, 1)).toEqual([
      { outcome: "refused", code: "precondition_failed", rows: 0, lines: null },
    ]);
  });

  it("has the code of one that failed", async () => {
    const timeout = new ServiceError("timeout", "Too late");
    expect(await recordOf(timeout, 0)).toMatchObject([{ outcome: "failed", code: "timeout" }]);
    expect(await recordOf(new TypeError("no"), 0)).toMatchObject([{ code: "internal" }]);
  });
});
