/**
 * Whether the server refused a statement, rather than failing to answer.
 *
 * @module
 */
import cassandra from "cassandra-driver";

export type Refusal = cassandra.errors.ResponseError;

/** Whether the server refused the statement itself, rather than failing to answer. */
export function isRefusal(error: unknown): error is Refusal {
  const { syntaxError, invalid, unauthorized, configError } = cassandra.types.responseErrorCodes;
  return error instanceof cassandra.errors.ResponseError &&
    [syntaxError, invalid, unauthorized, configError].includes(error.code);
}
