/**
 * `:exec`: a status, once it is done, and the values that were generated, if any.
 *
 * @module
 */
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { json, noContent, type Responder, type ResponderOptions } from "./responder.ts";
import { compileWritten } from "./written_values.ts";

export function respondExec(prepared: PreparedQuery, { executor }: ResponderOptions): Responder {
  const status = prepared.query.status ?? 204;
  const written = status === 204 ? null : compileWritten(prepared);
  return async ({ context, values, repeatable }) => {
    await executor.execute(prepared, values, {
      stopwatch: context.get("request").cassandra,
      writeTime: repeatable?.writeTimeUs,
    });
    return written === null ? noContent(status) : json(written(values), { status });
  };
}
