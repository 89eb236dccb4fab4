/**
 * The input and the output of a mode's responder.
 *
 * @module
 */
import type { Context } from "hono";
import { jsonPieces } from "../../codec/json/json_pieces.ts";
import type { JsonWriter } from "../../codec/json/json_writer.ts";
import type { EncodedValues } from "../../db/prepare/prepared_query.ts";
import type { Executor } from "../../db/run/execute.ts";
import { areLarge } from "../../db/run/unread_rows.ts";
import type { Addresses } from "../addresses.ts";
import type { Auditing } from "../audit/record.ts";
import type { AppEnv } from "../context.ts";
import type { RepeatableInput } from "../input/compile_input.ts";
import type { Preconditions } from "../input/preconditions.ts";
import { answer, type AnswerInit } from "./answer.ts";
import { encodePieces, joinChunks } from "./body/encode_pieces.ts";
import { encodeAtOnce, encodeInSteps, type RowsText, takesSteps } from "./body/encode_rows.ts";
import { answerBody } from "./body/paced_body.ts";
import { isSentByRuntime, takePieces } from "./body/pieces.ts";

/** A request whose input is checked and encoded. */
export interface Served<Own = unknown> {
  readonly context: Context<AppEnv>;
  readonly values: EncodedValues;
  /** Parameters for the gateway itself, such as the size of a page. */
  readonly own: Own;
  readonly preconditions: Preconditions;
  readonly repeatable: RepeatableInput | null;
}

export type Responder<Own = unknown> = (served: Served<Own>) => Promise<Response>;

export interface ResponderOptions {
  readonly addresses: Addresses;
  readonly executor: Executor;
  /** Where small answers are written, each in one go, before they are handed on. */
  readonly scratch: JsonWriter;
  /** Null if nothing is put on record. */
  readonly auditing: Auditing | null;
}

/**
 * The longest link in a header. A proxy with little room, such as 4 KiB for all headers, would answer 502
 * although the request was carried out.
 */
export const MAX_LINK_CHARACTERS = 3_000;

/**
 * The runtime compresses whatever it may. For a body that fits into one packet anyway, that is not worth a
 * third of the request's time.
 */
const MIN_COMPRESSED_BYTES = 1_024;

// The runtime holds a body that it is given whole until the caller has taken it.
const MAX_WHOLE_BYTES = 64 * 1024;

/** A JSON response. It depends on the caller, so no cache may keep it. */
export function json(
  context: Context<AppEnv>,
  body: unknown,
  { status, headers }: AnswerInit = {},
): Response {
  const text = JSON.stringify(body);
  return answer(context, text, { status, headers: jsonHeaders(headers, text.length) });
}

export interface LargeAnswerOptions {
  readonly context: Context<AppEnv>;
  readonly headers?: Record<string, string>;
}

/**
 * A JSON response with status 200 that may be large: it is then made in steps, and written as it is taken.
 *
 * @param options `bytes` of the rows in it, as Cassandra sent them
 */
export async function largeJson(
  body: unknown,
  { bytes, ...options }: LargeAnswerOptions & { readonly bytes: number },
): Promise<Response> {
  const { context, headers = {} } = options;
  if (!areLarge(bytes)) return json(context, body, { headers });
  const chunks = await context.get("request").run(encodePieces(jsonPieces(body)));
  return largeBytes(chunks, { ...options, headers: jsonHeaders(headers) });
}

/** The same for rows, which go from Cassandra's bytes to text; in a small answer, all at once. */
export function largeRows(
  text: RowsText,
  options: LargeAnswerOptions & Pick<ResponderOptions, "scratch">,
): Response | Promise<Response> {
  if (takesSteps(text.parts)) return manyRows(text, options);
  const { context, headers, scratch } = options;
  encodeAtOnce(text, scratch);
  // The runtime makes a copy of it.
  return answer(context, scratch.view(), { headers: jsonHeaders(headers, scratch.at) });
}

async function manyRows(text: RowsText, options: LargeAnswerOptions): Promise<Response> {
  const { context, headers } = options;
  const chunks = await context.get("request").run(encodeInSteps(text));
  return largeBytes(chunks, { ...options, headers: jsonHeaders(headers) });
}

/**
 * The same for bytes, of the type that `headers` say.
 *
 * @throws {ServiceError} `too_many_streams` or `too_many_in_flight` if a read finds too many others waiting for callers
 */
export function largeBytes(
  chunks: Uint8Array<ArrayBuffer>[],
  { context, headers = {} }: LargeAnswerOptions,
): Response {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  // The runtime says the length to HEAD where it has the whole.
  if (length <= MAX_WHOLE_BYTES || context.req.method === "HEAD") {
    return answer(context, joinChunks(chunks), { headers });
  }
  const request = context.get("request");
  // A write is done, and its caller has to learn so: it keeps the place that it has.
  if (context.req.method === "GET") request.holdStream("answer", length);
  const pieces = takePieces(chunks, { isSent: isSentByRuntime(context) });
  return answer(context, answerBody(pieces, { request }), { headers });
}

/** @param length about how many bytes the body has; large, if it is not known */
function jsonHeaders(
  headers: AnswerInit["headers"] = {},
  length = Infinity,
): Record<string, string> {
  return {
    "content-type": "application/json",
    "cache-control": length < MIN_COMPRESSED_BYTES ? "no-store, no-transform" : "no-store",
    ...headers,
  };
}

/** A response that says everything by its status. */
export function noContent(
  context: Context<AppEnv>,
  status: number,
  headers: AnswerInit["headers"] = {},
): Response {
  return answer(context, null, { status, headers: { "cache-control": "no-store", ...headers } });
}
