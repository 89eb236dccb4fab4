/**
 * What made a statement fail, for operators: the codes that clients see tell less apart.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { StatementFailure } from "../../../observe/observation.ts";
import { DeadlinePassed } from "../timing/deadline.ts";

const { responseErrorCodes: responses } = cassandra.types;
// Of native protocol v5, section 9, which the driver has no name for.
const CAS_WRITE_UNKNOWN = 0x1700;

/**
 * @param cause the cause of a failure, as `map_error.ts` keeps it
 * @returns null for everything that is neither a timeout nor a guardrail's refusal
 */
export function failureKind(cause: unknown): StatementFailure | null {
  if (cause instanceof DeadlinePassed) return "deadline";
  if (cause instanceof cassandra.errors.OperationTimedOutError) return "deadline";
  if (!(cause instanceof cassandra.errors.ResponseError)) return null;
  switch (cause.code) {
    case responses.readTimeout:
      return "read_timeout";
    case responses.writeTimeout:
    case CAS_WRITE_UNKNOWN:
      return "write_timeout";
    case responses.invalid:
      return namesGuardrail(cause.message) ? "guardrail" : null;
    default:
      return null;
  }
}

/**
 * Whether a warning or a refusal of Cassandra's comes from one of its guardrails.
 *
 * Source: Cassandra 5.0, `Guardrail.decorateMessage()`.
 */
export function namesGuardrail(text: string): boolean {
  return /^Guardrail [a-z_]+ violated/.test(text);
}
