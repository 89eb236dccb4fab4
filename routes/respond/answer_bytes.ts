/**
 * Answers of any size from bytes that are all there. A small answer is handed to the runtime whole; a large one goes out
 * as its caller takes it, and counts until then: by its bytes, or by the place that its request keeps.
 *
 * @module
 */
import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { answer, type AnswerInit } from "./answer.ts";
import { joinChunks } from "./body/encode_pieces.ts";
import { answerBody } from "./body/paced_body.ts";
import { inPieces, isSentByRuntime, takePieces } from "./body/pieces.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What an answer that goes out in pieces takes besides its bytes: its request, a stream and a timer. */
const PACED_BYTES = 48 * 1024;

/** The runtime holds a body that it is given whole until the caller has taken it. */
export const MAX_WHOLE_BYTES = 64 * 1024;

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
  if (isWhole(context, length)) return answer(context, joinChunks(chunks), init);
  const pieces = takePieces(chunks, { isSent: isSentByRuntime(context) });
  return answer(context, pacedBytes(context, pieces, { ...init, length }), {
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
  if (isWhole(context, length)) return answer(context, bytes, init);
  return answer(context, pacedBytes(context, inPieces(bytes), { ...init, length }), init);
}

/** Whether the runtime gets so many bytes at once. It says the length to `HEAD` only where it has the whole. */
export function isWhole({ req }: Context<AppEnv>, length: number): boolean {
  return length <= MAX_WHOLE_BYTES || req.method === "HEAD";
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
  else request.countUnread(length + PACED_BYTES);
  return answerBody(pieces, { request });
}
