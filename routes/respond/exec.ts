/**
 * `:exec`: a status and no body, once it is done.
 *
 * @module
 */
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { noContent, type Responder, type ResponderOptions } from "./responder.ts";

export function respondExec(prepared: PreparedQuery, { executor }: ResponderOptions): Responder {
  const status = prepared.query.status ?? 204;
  return async ({ context, values }) => {
    await executor.execute(prepared, values, { stopwatch: context.get("request").cassandra });
    return noContent(status);
  };
}
