/**
 * `:applied`: whether the condition held. 409 with the current row where not, 412 where the condition
 * came from `If-Match`.
 *
 * @module
 */
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Result } from "../../db/run/execute.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { json, noContent, type Responder, type ResponderOptions } from "./responder.ts";

export function respondApplied(prepared: PreparedQuery, { executor }: ResponderOptions): Responder {
  const status = prepared.query.status ?? 200;
  return async ({ context, values }) => {
    const result = await executor.execute(prepared, values, {
      stopwatch: context.get("request").cassandra,
    });
    if (!result.applied) throw notApplied(prepared, result);
    if (status === 204) return noContent(status);
    return json({ applied: true }, { status });
  };
}

/** The error of a condition that did not hold, with the row as it is; of a batch, with all of them. */
export function notApplied({ query }: PreparedQuery, { rows }: Result): ServiceError {
  const extensions = { current: query.verb === "batch" ? rows : rows[0] ?? null };
  return query.params.some(({ source }) => source.in === "if-match")
    ? new ServiceError(
      "precondition_failed",
      'The row has changed since it was read, or is not there: "current" is the row as it is now',
      { extensions },
    )
    : new ServiceError(
      "not_applied",
      'The condition did not hold, so nothing was changed: "current" is the row as it is now',
      { extensions },
    );
}
