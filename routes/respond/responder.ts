/**
 * What a mode's responder takes and returns.
 *
 * @module
 */
import type { Context } from "hono";
import type { EncodedValues } from "../../db/prepare/prepared_query.ts";
import type { Executor } from "../../db/run/execute.ts";
import type { Addresses } from "../addresses.ts";
import type { Auditing } from "../audit/record.ts";
import type { AppEnv } from "../context.ts";
import type { RepeatableInput } from "../input/compile_input.ts";
import type { Preconditions } from "../input/preconditions.ts";
import type { Cursors } from "../paging/cursors.ts";
import { answerBody, inPieces } from "./paced_body.ts";

/** A request whose input is checked and encoded. */
export interface Served<Own = unknown> {
  readonly context: Context<AppEnv>;
  readonly url: URL;
  readonly values: EncodedValues;
  /** What it asks of the gateway itself, such as the size of a page. */
  readonly own: Own;
  readonly preconditions: Preconditions;
  readonly repeatable: RepeatableInput | null;
}

export type Responder<Own = unknown> = (served: Served<Own>) => Promise<Response>;

export interface ResponderOptions {
  readonly addresses: Addresses;
  readonly executor: Executor;
  readonly cursors: Cursors;
  /** Longest that a caller may take nothing of an answer, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** Null if nothing is put on record. */
  readonly auditing: Auditing | null;
}

/**
 * The longest link in a header. A proxy with little room, such as 4 KiB for all headers, would answer 502
 * in place of what was done.
 */
export const MAX_LINK_CHARACTERS = 3_000;

// The runtime holds a body that it is given whole until the caller has taken it.
const MAX_WHOLE_CHARACTERS = 256 * 1024;

/** A JSON response. It depends on the caller, so no cache may keep it. */
export function json(
  body: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return new Response(JSON.stringify(body), jsonInit(init));
}

export interface LargeJsonOptions {
  readonly context: Context<AppEnv>;
  readonly stallTimeoutMs: number;
  readonly headers?: Record<string, string>;
}

/** A JSON response with status 200 that may be large: it is then written as it is taken. */
export function largeJson(
  body: unknown,
  { context, stallTimeoutMs, headers = {} }: LargeJsonOptions,
): Response {
  const text = JSON.stringify(body);
  const init = jsonInit({ headers });
  // The runtime says the length to HEAD where it has the whole.
  if (text.length <= MAX_WHOLE_CHARACTERS || context.req.method === "HEAD") {
    return new Response(text, init);
  }
  return inPaces(new TextEncoder().encode(text), { context, stallTimeoutMs, init });
}

/** The same for bytes, of the type that `headers` say. */
export function largeBytes(
  bytes: Uint8Array<ArrayBuffer>,
  { context, stallTimeoutMs, headers = {} }: LargeJsonOptions,
): Response {
  const init = jsonInit({ headers });
  if (bytes.length <= MAX_WHOLE_CHARACTERS || context.req.method === "HEAD") {
    return new Response(bytes, init);
  }
  return inPaces(bytes, { context, stallTimeoutMs, init });
}

function inPaces(
  bytes: Uint8Array<ArrayBuffer>,
  { context, stallTimeoutMs, init }: Omit<LargeJsonOptions, "headers"> & {
    readonly init: ResponseInit;
  },
): Response {
  const request = context.get("request");
  return new Response(answerBody(inPieces(bytes), { request, stallTimeoutMs }), init);
}

function jsonInit(
  { status = 200, headers }: { status?: number; headers?: Record<string, string> },
): ResponseInit {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  };
}

/** A response that says everything by its status. */
export function noContent(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { "cache-control": "no-store", ...headers } });
}
