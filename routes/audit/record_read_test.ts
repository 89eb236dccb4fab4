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

/** How a read is on record that ends so, with an answer or an error, after so many rows. */
async function recordOf(end: unknown, rowsRead: number): Promise<OutcomeFacts[]> {
  const settled: OutcomeFacts[] = [];
  const settle = (outcome: OutcomeFacts) => Promise.resolve(void settled.push(outcome));
  const log = { waitsForIntents: false, begin: () => Promise.resolve({ settle }) };
  const request = {
    ...{ id: "a", route: "/a", identity: null, unproven: null },
    ...{ rowsRead, completion: null },
  };
  const context = { get: () => request, req: { method: "GET", raw: new Request("http://a/") } };
  const { answer } = compileReadRecorders(PREPARED, {
    log: log as unknown as AuditLog,
    addressOf: () => "192.0.2.1",
    hashKey: null,
  });
  const recorded = { context, values: {} } as unknown as Recorded;
  if (end instanceof Response) await answer(recorded, () => Promise.resolve(end));
  else await expect(answer(recorded, () => Promise.reject(end))).rejects.toBe(end);
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

  it("has no rows where the caller has the row already", async () => {
    expect(await recordOf(new Response(null, { status: 304 }), 1)).toMatchObject([{ rows: 0 }]);
    expect(await recordOf(new Response("a"), 1)).toMatchObject([{ outcome: "ok", rows: 1 }]);
  });

  it("has the code of one that failed", async () => {
    const timeout = new ServiceError("timeout", "Too late");
    expect(await recordOf(timeout, 0)).toMatchObject([{ outcome: "failed", code: "timeout" }]);
    expect(await recordOf(new TypeError("no"), 0)).toMatchObject([{ code: "internal" }]);
  });
});
