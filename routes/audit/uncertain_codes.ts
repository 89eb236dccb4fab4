/**
 * Whether a write that failed may still have been made. An auditor must not read that nothing happened
 * where nobody knows.
 *
 * @module
 */
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Code } from "../../errors/codes.ts";
import type { ServiceError } from "../../errors/service_error.ts";

/** Failures after which the write may have been made, or may still be made. */
const UNCERTAIN: ReadonlySet<Code> = new Set([
  "outcome_unknown",
  "timeout",
  "replica_failure",
  "answer_too_large",
  "internal",
]);
/** A statement that is sent again may fail with these after its first attempt was carried out. */
const UNCERTAIN_IF_REPEATED: ReadonlySet<Code> = new Set(["unavailable", "overloaded"]);

/** Whether the write is in doubt after it failed with this error. */
export function mayHaveWritten(
  { code }: Pick<ServiceError, "code">,
  { idempotent }: Pick<PreparedQuery, "idempotent">,
): boolean {
  return UNCERTAIN.has(code) || idempotent && UNCERTAIN_IF_REPEATED.has(code);
}
