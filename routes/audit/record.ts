/**
 * Records an operation in the audit log: its intent before it begins, if the settings require that, and its outcome when
 * it has ended, whatever that was.
 *
 * @module
 */
import type { Context } from "hono";
import type { AuditLog, Operation } from "../../audit/audit_log.ts";
import type { OperationFacts, Outcome, OutcomeFacts } from "../../audit/event.ts";
import type { EncodedValues, PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Result } from "../../db/run/execute.ts";
import { CallerLeft } from "../../errors/caller_left.ts";
import { toServiceError } from "../../errors/service_error.ts";
import type { AppEnv } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";
import { auditedQuery } from "./audited_query.ts";
import { beginOperation } from "./begin_operation.ts";
import { requestFacts } from "./request_facts.ts";
import { mayHaveWritten } from "./uncertain_codes.ts";

/** Everything needed to put an operation on record. */
export interface Auditing {
  readonly log: AuditLog;
  readonly addressOf: AddressReader;
  /** For `@sensitive … hash`; null where no query has it. */
  readonly hashKey: Uint8Array | null;
}

/** Whether the operations of a query are put on record. */
export function isOnRecord({ writes, query }: PreparedQuery): boolean {
  return writes || query.audit;
}

/** An operation to record. */
export interface Recorded {
  readonly context: Context<AppEnv>;
  readonly values: EncodedValues;
}

/** Runs a write of a request, on record. */
export type WriteRecorder = (
  recorded: Recorded,
  run: () => Promise<Result>,
  /** What became of a statement that was carried out; by default what Cassandra says. */
  options?: { outcomeOf?(result: Result): Outcome },
) => Promise<Result>;

/** @param auditing null if nothing is put on record */
export function compileWriteRecorder(
  prepared: PreparedQuery,
  auditing: Auditing | null,
): WriteRecorder {
  if (auditing === null) return (_, run) => run();
  const begin = compileBeginning(prepared, "write", auditing);
  return async (recorded, run, { outcomeOf = plainOutcome } = {}) => {
    const operation = await begin(recorded);
    return await settled(operation, run, {
      succeeded: (result) => ({ ...PLAIN, outcome: outcomeOf(result) }),
      failed: (error) => writeFailure(prepared, error),
    });
  };
}

/**
 * Begins an operation of a request.
 *
 * @throws {ServiceError} `audit_unavailable`
 * @throws {CallerLeft} as `beginOperation()` does
 */
export type Beginning = (recorded: Recorded) => Promise<Operation>;

/** Works out once the facts that are the same for every request of the query. */
export function compileBeginning(
  prepared: PreparedQuery,
  kind: OperationFacts["operation"],
  { log, addressOf, hashKey }: Auditing,
): Beginning {
  const { partitionsOf, ...query } = auditedQuery(prepared, { hashKey });
  return async ({ context, values }) => {
    const facts = {
      ...requestFacts(context, addressOf),
      ...query,
      operation: kind,
      partitions: partitionsOf(values),
      partitions_complete: true,
    };
    return await beginOperation(context, facts, log);
  };
}

/** Runs an operation, and settles it once. */
export async function settled<T>(
  operation: Operation,
  run: () => Promise<T>,
  { succeeded, failed }: {
    succeeded(result: T): OutcomeFacts;
    /** @param error that `run` threw */
    failed(error: unknown): OutcomeFacts;
  },
): Promise<T> {
  let result: T;
  try {
    result = await run();
  } catch (error) {
    await operation.settle(failed(error));
    throw error;
  }
  await operation.settle(succeeded(result));
  return result;
}

export const PLAIN = { code: null, rows: null, lines: null } as const;

function plainOutcome({ applied }: Result): Outcome {
  return applied === null ? "ok" : applied ? "applied" : "not_applied";
}

function writeFailure(prepared: PreparedQuery, thrown: unknown): OutcomeFacts {
  // It waited for its turn until then.
  if (thrown instanceof CallerLeft) return { ...PLAIN, outcome: "refused" };
  const error = toServiceError(thrown);
  const outcome = mayHaveWritten(error, prepared)
    ? "outcome_unknown"
    : error.status < 500
    ? "refused"
    : "failed";
  return { ...PLAIN, outcome, code: error.code };
}
