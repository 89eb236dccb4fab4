/**
 * Answers of any size from bytes that are all there. A small answer is handed to the runtime whole; a large one goes out
 * as its caller takes it, and counts until then: by its bytes, or by the slot that its request keeps.
 *
 * A connection of HTTP/1.1 carries one answer at a time; one of HTTP/2 carries two hundred, and its other end may leave all
 * of them unread for good. So there, all but the smallest count.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { answer, type AnswerInit } from "./answer.ts";
import { joinChunks } from "./body/encode_pieces.ts";
import { deliveredBody } from "./body/delivered_body.ts";
import { answerBody } from "./body/paced_body.ts";
import { inPieces, isSentByRuntime, takePieces } from "./body/pieces.ts";
import { mayBeHttp2 } from "../http_version.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What an answer that is a stream takes besides its bytes: its request, a stream and a timer. */
export const STREAM_BYTES = 48 * 1024;

/** The runtime holds a body that it is given whole until the caller has taken it. */
export const MAX_WHOLE_BYTES = 64 * 1024;
/** The same for HTTP/2, where the runtime needs 8 KiB for each answer besides. */
const MAX_WHOLE_HTTP2_BYTES = 4 * 1024;

/** The most bytes that a character takes. */
export const MAX_CHARACTER_BYTES = 3;

/**
 * Answers with bytes that nobody else has: their memory is given back as they are taken.
 *
 * @throws {ServiceError} as `pacedBytes()` does
 */
export function answerChunks(
  context: Context<AppEnv>,
  chunks: Bytes[],
  init: AnswerInit = {},
): Response {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (isSmall(context, length)) return answerSmall(context, joinChunks(chunks), init);
  const pieces = takePieces(chunks, { isSent: isSentByRuntime(context) });
  return answer(pacedBytes(context, pieces, { ...init, length }), {
    ...init,
    // The runtime takes it out where it compresses. Over HTTP/1.0, nothing else tells a part from the whole.
    headers: { ...init.headers, "content-length": `${length}` },
  });
}

/**
 * Answers with bytes that stay.
 *
 * @throws {ServiceError} as `pacedBytes()` does
 */
export function answerKept(
  context: Context<AppEnv>,
  bytes: Bytes,
  init: AnswerInit = {},
): Response {
  const { length } = bytes;
  if (isSmall(context, length)) return answerSmall(context, bytes, init);
  return answer(pacedBytes(context, inPieces(bytes), { ...init, length }), init);
}

/**
 * Answers with what is small: a text, or bytes that may be written over as soon as this returns.
 *
 * @param body at most `MAX_WHOLE_BYTES`, except for `HEAD`
 */
export function answerSmall(
  context: Context<AppEnv>,
  body: string | Bytes,
  init: AnswerInit = {},
): Response {
  if (isUncounted(context, leastBytesOf(body))) return answer(body, init);
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body.slice();
  // Clients of HTTP/1.0 may send no `Host` either, and could not tell a part from the whole.
  const headers = { ...init.headers, "content-length": `${bytes.length}` };
  return answer(smallBody(context, bytes), { ...init, headers });
}

/** The bytes of a body; of a text that is too long in any case, as many as it has at least. */
function leastBytesOf(body: string | Bytes): number {
  const { length } = body;
  const isKnown = typeof body !== "string" || length > MAX_WHOLE_HTTP2_BYTES ||
    length * MAX_CHARACTER_BYTES <= MAX_WHOLE_HTTP2_BYTES;
  return isKnown ? length : Buffer.byteLength(body);
}

/** The body of a small answer. */
export function smallBody(context: Context<AppEnv>, bytes: Bytes): BodyInit {
  if (isUncounted(context, bytes.length)) return bytes;
  context.get("request").countUnread(bytes.length + STREAM_BYTES);
  return deliveredBody(context, bytes);
}

/** Whether this many bytes are handed over at once. The runtime says the length to `HEAD` only where it has the whole. */
export function isSmall({ req }: Context<AppEnv>, length: number): boolean {
  return length <= MAX_WHOLE_BYTES || req.method === "HEAD";
}

/** Whether the runtime may hold this many bytes for as long as it likes. */
function isUncounted(context: Context<AppEnv>, length: number): boolean {
  return length <= MAX_WHOLE_HTTP2_BYTES || context.req.method === "HEAD" ||
    !isSentByRuntime(context) || !mayBeHttp2(context.req.raw, context.env);
}

export interface PacedBytesOptions extends Pick<AnswerInit, "status"> {
  /** Of all pieces together. */
  readonly length: number;
}

/**
 * The body of a large answer, which its request lasts for.
 *
 * @throws {ServiceError} `too_many_streams` or `too_many_in_flight` if a read finds too many others waiting for callers
 */
export function pacedBytes(
  context: Context<AppEnv>,
  pieces: Iterator<Bytes>,
  { status = 200, length }: PacedBytesOptions,
): ReadableStream<Bytes> {
  const request = context.get("request");
  // A write is done, and its caller has to learn so; so has the caller of what failed.
  if (context.req.method === "GET" && status < 400) request.holdStream("answer", length);
  else request.countUnread(length + STREAM_BYTES);
  return answerBody(pieces, { request });
}
