/**
 * `:exec`: a status, once it is done, and the values that it answers with, if any.
 *
 * @module
 */
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import { compileWriteRecorder } from "../../audit/record.ts";
import { json, noContent, type Responder, type ResponderOptions } from "../responder.ts";
import { compileWriteHeaders } from "./write_headers.ts";
import { compileWritten } from "./written_values.ts";

export function respondExec(
  prepared: PreparedQuery,
  { executor, addresses, auditing }: ResponderOptions,
): Responder {
  const status = prepared.query.status ?? 204;
  const written = status === 204 ? null : compileWritten(prepared);
  const record = compileWriteRecorder(prepared, auditing);
  const headersOf = compileWriteHeaders(prepared, addresses);
  return async ({ context, values, repeatable }) => {
    context.get("request").countRows(1);
    await record({ context, values }, () =>
      executor.execute(prepared, values, {
        stopwatch: context.get("request").cassandra,
        writeTime: repeatable?.writeTimeUs,
      }));
    const headers = headersOf(values);
    return written === null
      ? noContent(status, headers)
      : json(context, written(values), { status, headers });
  };
}
