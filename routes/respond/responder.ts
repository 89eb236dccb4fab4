/**
 * What a mode's responder takes and returns.
 *
 * @module
 */
import type { Context } from "hono";
import type { EncodedValues } from "../../db/prepare/prepared_query.ts";
import type { Executor } from "../../db/run/execute.ts";
import type { AppEnv } from "../context.ts";
import type { Preconditions } from "../input/preconditions.ts";
import type { Cursors } from "../paging/cursors.ts";

/** A request whose input is checked and encoded. */
export interface Served<Own = unknown> {
  readonly context: Context<AppEnv>;
  readonly url: URL;
  readonly values: EncodedValues;
  /** What it asks of the gateway itself, such as the size of a page. */
  readonly own: Own;
  readonly preconditions: Preconditions;
}

export type Responder<Own = unknown> = (served: Served<Own>) => Promise<Response>;

export interface ResponderOptions {
  readonly executor: Executor;
  readonly cursors: Cursors;
}

/** A JSON response. It depends on the caller, so no cache may keep it. */
export function json(
  body: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return new Response(JSON.stringify(body), {
    status: init.status ?? 200,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...init.headers,
    },
  });
}

/** A response that says everything by its status. */
export function noContent(status: number): Response {
  return new Response(null, { status, headers: { "cache-control": "no-store" } });
}
