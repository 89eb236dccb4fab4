import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Context } from "hono";
import type { AuditLog } from "../../audit/audit_log.ts";
import type { AppEnv } from "../context.ts";
import { auditRefusals } from "./audit_refusals.ts";

/** The statuses that are on record, of answers with these to a route whose operations are. */
function recorded(statuses: readonly number[], subject: string | null): number[] {
  const found: number[] = [];
  const log = { refuse: ({ status }: { status: number }) => found.push(status) };
  const [step] = auditRefusals(
    { access: { kind: "scopes", anyOf: [["a"]] }, isAudited: true },
    { log: log as unknown as AuditLog, addressOf: () => "192.0.2.1", hashKey: null },
  );
  const identity = subject === null ? null : { subject, claims: {} };
  const request = { id: "a", route: "/a", identity, unproven: null, isAudited: false, code: null };
  for (const status of statuses) {
    const context = { get: () => request, req: { method: "PUT" }, res: { status } };
    step!.leave!(context as unknown as Context<AppEnv>);
  }
  return found;
}

describe("auditRefusals()", () => {
  for (const subject of ["ada", null]) {
    it(`has no refusal of a caller who has left: ${subject ?? "an unknown one"}`, () => {
      expect(recorded([200, 403, 422, 499, 503], subject)).toEqual([403, 422, 503]);
    });
  }
});
