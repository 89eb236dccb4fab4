/**
 * `:applied`: whether the condition held. Where it did not, the answer says which: 412 for a precondition
 * of the request, 404 for a row that has to be there, 409 for everything else.
 *
 * @module
 */
import type { Outcome } from "../../../audit/event.ts";
import type { EncodedValues, PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import { currentOf, hasOtherTag } from "../../../db/run/current_row.ts";
import type { Result } from "../../../db/run/execute.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { compileWriteRecorder } from "../../audit/record.ts";
import type { RepeatableInput } from "../../input/compile_input.ts";
import type { Preconditions } from "../../input/preconditions.ts";
import { noSuchRow } from "./one.ts";
import { json, noContent, type Responder, type ResponderOptions } from "../responder.ts";
import { compileWriteHeaders } from "./write_headers.ts";
import { compileWritten } from "./written_values.ts";

export function respondApplied(
  prepared: PreparedQuery,
  { executor, addresses, auditing }: ResponderOptions,
): Responder {
  const status = prepared.query.status ?? 200;
  const written = compileWritten(prepared);
  const record = compileWriteRecorder(prepared, auditing);
  const headersOf = compileWriteHeaders(prepared, addresses);
  return async ({ context, values, preconditions, repeatable }) => {
    const { cassandra: stopwatch, run, countRows } = context.get("request");
    countRows(1);
    const storedBy = (result: Result) =>
      result.applied ? values : findApplied(prepared, repeatable, result);
    const result = await record(
      { context, values },
      () => executor.execute(prepared, values, { stopwatch, run }),
      { outcomeOf: (result) => outcomeOf(result, storedBy(result)) },
    );
    const stored = storedBy(result);
    if (stored === null) throw notApplied(prepared, { values, result, preconditions });
    const headers = headersOf(stored);
    if (status === 204) return noContent(status, headers);
    return json(context, { applied: true, ...written?.(stored) }, { status, headers });
  };
}

function outcomeOf({ applied }: Result, stored: EncodedValues | null): Outcome {
  if (applied) return "applied";
  return stored === null ? "not_applied" : "repeated";
}

/** The values of an earlier request with the same key that was applied; null if there was none. */
function findApplied(
  { repetition }: PreparedQuery,
  repeatable: RepeatableInput | null,
  { rows: [current] }: Result,
): EncodedValues | null {
  if (repeatable === null || repetition === null) return null;
  return repeatable.candidates().find((values) => repetition.wasApplied(values, current)) ?? null;
}

export interface Refused {
  readonly values: EncodedValues;
  readonly result: Result;
  readonly preconditions: Preconditions;
}

/** The error of a condition that did not hold. */
export function notApplied(
  prepared: PreparedQuery,
  { values, result, preconditions }: Refused,
): ServiceError {
  const { ifMatch, ifNoneMatch } = preconditions;
  const checks = prepared.condition?.checks ?? "columns";
  if (checks === "exists" && ifMatch === null) {
    return noSuchRow();
  }
  if (checks === "exists") {
    return new ServiceError(
      "precondition_failed",
      'There is no such row, and "If-Match" requires one: nothing was changed',
    );
  }
  const extensions = { current: currentOf(prepared, values, result) };
  if (checks === "not_exists" && ifNoneMatch !== null) {
    return new ServiceError(
      "precondition_failed",
      'There is such a row already, and "If-None-Match" forbids it: nothing was changed',
      { extensions },
    );
  }
  if (hasOtherTag(prepared, values, result)) {
    return new ServiceError(
      "precondition_failed",
      "The row has changed since it was read, or no longer exists: read it again, then decide",
      { extensions },
    );
  }
  return new ServiceError(
    "not_applied",
    "The condition did not hold, so nothing was changed: read the row, then decide",
    { extensions },
  );
}
