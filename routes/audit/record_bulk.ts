/**
 * Puts a bulk upload on record: one operation for all of its lines, with their number by what became of
 * them. The partitions are listed up to a bound; the intent, which comes before the first line is read, has
 * none.
 *
 * @module
 */
import type { Context } from "hono";
import type { OperationFacts, OutcomeFacts, Partition } from "../../audit/event.ts";
import type { BulkOutcome } from "../../db/bulk/write_lines.ts";
import type { EncodedValues, PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv } from "../context.ts";
import { auditedQuery, identityOf } from "./audited_query.ts";
import { beginOperation } from "./begin_operation.ts";
import { type Auditing, PLAIN } from "./record.ts";
import { requestFacts } from "./request_facts.ts";
import { mayHaveWritten } from "./uncertain_codes.ts";

const MAX_PARTITIONS = 100;

/** An upload whose intent is on record. */
export interface RecordedUpload {
  /** Takes the values of a line that is about to be written. */
  note(values: EncodedValues): void;
  /** Takes the error of a line that was not written. */
  fail(error: ServiceError): void;
  /** @throws {ServiceError} `outcome_not_recorded` */
  settle(outcome: BulkOutcome): Promise<void>;
}

/**
 * @throws {ServiceError} `audit_unavailable`
 * @throws {CallerLeft} as `beginOperation()` does
 */
export type UploadRecorder = (context: Context<AppEnv>) => Promise<RecordedUpload>;

const UNRECORDED: RecordedUpload = { note() {}, fail() {}, settle: () => Promise.resolve() };

/** @param auditing null if nothing is put on record */
export function compileUploadRecorder(
  prepared: PreparedQuery,
  auditing: Auditing | null,
): UploadRecorder {
  if (auditing === null) return () => Promise.resolve(UNRECORDED);
  const { log, addressOf, hashKey } = auditing;
  const { partitionsOf, ...query } = auditedQuery(prepared, { hashKey });
  return async (context) => {
    const facts: OperationFacts = {
      ...requestFacts(context, addressOf),
      ...query,
      operation: "bulk_write",
      partitions: [],
      partitions_complete: false,
    };
    const operation = await beginOperation(context, facts, log);
    const noted = new Map<string, Partition>();
    let isComplete = true;
    let unknown = 0;
    return {
      note(values) {
        if (!isComplete) return;
        for (const partition of partitionsOf(values)) {
          const key = identityOf(partition);
          if (noted.has(key)) continue;
          if (noted.size === MAX_PARTITIONS) isComplete = false;
          else noted.set(key, partition);
        }
      },
      fail(error) {
        if (mayHaveWritten(error, prepared)) unknown++;
      },
      settle: (outcome) =>
        operation.settle({
          ...outcomeOf(outcome, unknown),
          partitions: [...noted.values()],
          partitionsComplete: isComplete,
        }),
    };
  };
}

function outcomeOf(
  { read, written, failed, stopped, broken }: BulkOutcome,
  unknown: number,
): OutcomeFacts {
  const isWhole = failed === 0 && stopped === null && broken === undefined;
  return {
    ...PLAIN,
    outcome: unknown > 0 ? "outcome_unknown" : isWhole ? "ok" : "incomplete",
    code: broken instanceof ServiceError ? broken.code : null,
    lines: { read, written, failed: failed - unknown, unknown },
  };
}
