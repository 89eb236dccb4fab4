/**
 * Begins an operation that is put on record. Where its intent has to be safe first, a caller who leaves meanwhile has it
 * given up: nothing was done yet, and the log says so.
 *
 * @module
 */
import type { Context } from "hono";
import type { AuditLog, Operation } from "../../audit/audit_log.ts";
import type { OperationFacts, OutcomeFacts } from "../../audit/event.ts";
import type { AppEnv } from "../context.ts";
import { untilLeft } from "../load/until_left.ts";

/** Nothing was done, since nobody wants it any more. */
const LEFT: OutcomeFacts = { outcome: "refused", code: null, rows: null, lines: null };

/**
 * @throws {ServiceError} `audit_unavailable`
 * @throws {CallerLeft} if the caller leaves first, unless a part of what it asked for is written already: a handler that
 *   writes twice is not stopped in between
 */
export async function beginOperation(
  context: Context<AppEnv>,
  facts: OperationFacts,
  log: AuditLog,
): Promise<Operation> {
  const request = context.get("request");
  request.isAudited = true;
  const beginning = log.begin(facts);
  const operation = log.waitsForIntents && !request.hasWritten
    ? await untilLeft(context.req.raw, beginning).catch((error) => {
      // Settles nothing if it is the intent that failed.
      beginning.then((operation) => operation.settle(LEFT)).catch(() => {});
      throw error;
    })
    : await beginning;
  if (facts.operation !== "read") request.hasWritten = true;
  return operation;
}
