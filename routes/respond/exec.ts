/**
 * `:exec`: 204 once it is done.
 *
 * @module
 */
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Responder, ResponderOptions } from "./responder.ts";

export function respondExec(prepared: PreparedQuery, { executor }: ResponderOptions): Responder {
  return async ({ context, values }) => {
    await executor.execute(prepared, values, { stopwatch: context.get("request").cassandra });
    return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
  };
}
