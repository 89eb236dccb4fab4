/**
 * The input and the output of a mode's responder.
 *
 * @module
 */
import { Buffer } from "node:buffer";
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
import { answerChunks, answerSmall, MAX_CHARACTER_BYTES, MAX_WHOLE_BYTES } from "./answer_bytes.ts";
import { encodePieces } from "./body/encode_pieces.ts";
import { encodeAtOnce, encodeInSteps, type RowsText, takesSteps } from "./body/encode_rows.ts";

/** A request whose input is checked and encoded. */
export interface Served<Own = unknown> {
  readonly context: Context<AppEnv>;
  readonly values: EncodedValues;
  /** Parameters for the service itself, such as the size of a page. */
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

/**
 * A JSON response. It depends on the caller, so no cache may keep it.
 *
 * @throws {ServiceError} as `answerChunks()` does
 */
export function json(
  context: Context<AppEnv>,
  body: unknown,
  { status, headers }: AnswerInit = {},
): Response {
  const text = JSON.stringify(body);
  const init = { status, headers: jsonHeaders(headers, text.length) };
  const isSmall = text.length * MAX_CHARACTER_BYTES <= MAX_WHOLE_BYTES ||
    Buffer.byteLength(text) <= MAX_WHOLE_BYTES;
  if (isSmall) return answerSmall(context, text, init);
  return answerChunks(context, [new TextEncoder().encode(text)], init);
}

export interface LargeAnswerOptions {
  readonly context: Context<AppEnv>;
  readonly headers?: Record<string, string>;
}

/**
 * A JSON response with status 200 that may be large: it is then made in steps, and written as it is taken.
 *
 * @param options `bytes` of the rows in it, as Cassandra sent them
 * @throws {ServiceError} as `answerChunks()` does
 */
export async function largeJson(
  body: unknown,
  { bytes, context, headers = {} }: LargeAnswerOptions & { readonly bytes: number },
): Promise<Response> {
  if (!areLarge(bytes)) return json(context, body, { headers });
  const chunks = await context.get("request").run(encodePieces(jsonPieces(body)));
  return answerChunks(context, chunks, { headers: jsonHeaders(headers) });
}

/** The same for rows, which go from Cassandra's bytes to text; in a small answer, all at once. */
export function largeRows(
  text: RowsText,
  options: LargeAnswerOptions & Pick<ResponderOptions, "scratch">,
): Response | Promise<Response> {
  if (takesSteps(text.parts)) return manyRows(text, options);
  const { context, headers, scratch } = options;
  encodeAtOnce(text, scratch);
  const init = { headers: jsonHeaders(headers, scratch.at) };
  // The text has the names of the columns in each row.
  if (scratch.at > MAX_WHOLE_BYTES) return answerChunks(context, [scratch.take()], init);
  // Bytes would be copied twice, and the first copy is memory outside the heap.
  return answerSmall(context, scratch.toString(), init);
}

async function manyRows(
  text: RowsText,
  { context, headers }: LargeAnswerOptions,
): Promise<Response> {
  const chunks = await context.get("request").run(encodeInSteps(text));
  return answerChunks(context, chunks, { headers: jsonHeaders(headers) });
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
  status: number,
  headers: AnswerInit["headers"] = {},
): Response {
  return answer(null, { status, headers: { "cache-control": "no-store", ...headers } });
}
