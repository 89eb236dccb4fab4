/**
 * Takes the values out of what a node says of a failure. The words go to the log, which has no values: neither what is
 * stored, nor what a caller sent. A node repeats both, in the exceptions of functions, and in the statement whose read it
 * gave up.
 *
 * The messages come from Cassandra 5.0: `BytesConversionFcts`, `FunctionExecutionException`, `WarningsSnapshot`.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { isOfFunction } from "./refused_values.ts";

const { responseErrorCodes: responses } = cassandra.types;

/** Failures that are told with values. A refusal of values is told to the caller, and in other words. */
const CODES: readonly number[] = [
  responses.functionFailure,
  responses.readFailure,
  responses.writeFailure,
  responses.serverError,
];

/** What is left of each. */
const HIDDEN: readonly (readonly [pattern: RegExp, instead: string])[] = [
  // An exception's class says what happened, and its message says with which value. A caller may have chosen any part of
  // what follows, so each pattern takes linear time.
  [/^(execution of '[^']*' failed(?:: (?:[\w$]+\.)+[\w$]+(?=:|$))?).*/s, "$1"],
  [/(?<=Exception|Error): .*/s, ""],
  [/\baborted the query .*?(?= \(see [\w ]+\)$|$)/s, "aborted the query"],
  [/\b0x[\da-f]*/gi, "a blob"],
  // Only these are in quotes without being a value: a function with its types, and an operation with its.
  [/(?<!\b(?:execution of|operation|function) )'[^']*'|"[^"]*"/g, "a value"],
];

/** The same error in words without values. It is a copy: how the error is mapped depends on its own words. */
export function hideValues(error: unknown): unknown {
  if (!(error instanceof cassandra.errors.ResponseError)) return error;
  const { message, code } = error;
  const isTold = CODES.includes(code) || code === responses.invalid && isOfFunction(message);
  const hidden = isTold ? withoutValues(message) : message;
  if (hidden === message) return error;
  const stack = (error.stack ?? message).replace(message, () => hidden);
  return Object.create(Object.getPrototypeOf(error), {
    ...Object.getOwnPropertyDescriptors(error),
    ...Object.getOwnPropertyDescriptors({ message: hidden, stack }),
  });
}

function withoutValues(message: string): string {
  return HIDDEN.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message);
}
