/**
 * Notes of each attempt that failed whether its node may have run the statement all the same. The driver reports the
 * last failure only, and an earlier attempt may have been carried out, whatever the last one says.
 * Read against `lib/request-execution.js`.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { Deadline } from "../timing/deadline.ts";
import { isSocketError, wasNotSent } from "./socket_error.ts";

const { responseErrorCodes: codes } = cassandra.types;

/**
 * Answers of a node that has not run the statement. Too few replicas, or too many hints, are missing here:
 * a coordinator looks at each partition of an unlogged batch in turn, and has sent others on their way by then
 * (Cassandra's `StorageProxy`, `mutate`).
 */
const NOT_RUN: ReadonlySet<number> = new Set([
  codes.unprepared,
  codes.isBootstrapping,
  codes.invalid,
  codes.syntaxError,
  codes.unauthorized,
]);

/** One attempt at a request, as the driver has it. */
export interface FailingAttempt {
  readonly _request: { readonly deadline?: Deadline | null };
  _handleError(code: number, error: unknown): void;
}

export function noteFailures(attempts: FailingAttempt): void {
  const handleError = attempts._handleError;
  attempts._handleError = function (code, error) {
    const { deadline } = this._request;
    if (deadline) noteFailure(deadline, error);
    handleError.call(this, code, error);
  };
}

function noteFailure({ attempts }: Deadline, error: unknown): void {
  if (error instanceof cassandra.errors.ResponseError) {
    if (NOT_RUN.has(error.code)) attempts.noteRefused();
    else attempts.lost ??= error;
  } else if (isLost(error)) attempts.lost ??= error;
}

/** Whether no answer to a request came, though it was sent. */
function isLost(error: unknown): boolean {
  return error instanceof cassandra.errors.OperationTimedOutError ||
    isSocketError(error) && !wasNotSent(error);
}
