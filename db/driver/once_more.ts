/**
 * Runs a statement once more where replicas did not understand it: for some hundred milliseconds after an
 * `ALTER TABLE`, a node that knows the new column asks others for it that do not know it yet, even if the
 * statement does not name it.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { Deadline } from "./timing/deadline.ts";

const { readFailure, writeFailure } = cassandra.types.responseErrorCodes;

/** As long as nodes usually take to hear of a change. */
const PAUSE_MS = 300;

/** @throws what the last run throws */
export async function onceMoreOnMismatch<Result>(
  run: () => Promise<Result>,
  { isIdempotent, deadline }: { readonly isIdempotent: boolean; readonly deadline: Deadline },
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!isIdempotent || !isMismatch(error) || deadline.leftMs <= PAUSE_MS) throw error;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return await run();
  }
}

/** Cassandra's `RequestFailureReason.INCOMPATIBLE_SCHEMA`, which protocol v4 has in the message alone. */
export function isMismatch(error: unknown): boolean {
  return error instanceof cassandra.errors.ResponseError &&
    (error.code === readFailure || error.code === writeFailure) &&
    /\bINCOMPATIBLE_SCHEMA\b/.test(error.message);
}
