/**
 * The error for a write that was tried more than once and failed each time. The last attempt may say that it
 * changed nothing, while an earlier one may have been carried out.
 *
 * @module
 */
import type { Code } from "../../../errors/codes.ts";
import { ServiceError } from "../../../errors/service_error.ts";

/** Failures that may pass, after which the write is tried again. Some of them say that nothing was changed. */
export const PASSING: ReadonlySet<Code> = new Set(["overloaded", "unavailable", "timeout"]);
/** Failures that leave the outcome open by themselves. */
const OPEN: ReadonlySet<Code> = new Set(["outcome_unknown", "replica_failure", "internal"]);

/**
 * @param earlier a failure after which an idempotent write was tried again
 * @param last the failure after which it was given up
 */
export function repeatedFailure(earlier: ServiceError, last: ServiceError): ServiceError {
  if (OPEN.has(last.code)) return last;
  const { code } = PASSING.has(last.code) ? last : earlier;
  return new ServiceError(
    code,
    "The write failed several times, and an earlier attempt may have been carried out: retrying is safe",
    { cause: last.cause },
  );
}
