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

/** Whether it is the rights of the role that the statement is refused for. */
export function isForbidden({ code }: Refusal): boolean {
  return code === cassandra.types.responseErrorCodes.unauthorized;
}

/** Whether the server ran the statement, and one of its functions or operators failed. */
export function isFunctionFailure(error: unknown): error is Refusal {
  return error instanceof cassandra.errors.ResponseError &&
    error.code === cassandra.types.responseErrorCodes.functionFailure;
}

/** Whether an error says for certain that the statement changed nothing. */
export function isDefinite(error: unknown): error is Refusal {
  return isRefusal(error) || isFunctionFailure(error) ||
    error instanceof cassandra.errors.ResponseError &&
      error.code === cassandra.types.responseErrorCodes.alreadyExists;
}

/** The text that the server could not parse, and its place: lines from 1, columns from 0. */
export interface SyntaxComplaint {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Null if the statement was parsed, and is refused for its meaning. */
export function syntaxComplaint({ message }: Refusal): SyntaxComplaint | null {
  const match = /^line (\d+):(-?\d+) (.*)$/s.exec(message);
  if (match === null) return null;
  const [, line, column, complaint] = match;
  return { line: Number(line), column: Number(column), message: complaint! };
}
