/**
 * The text of an answer on its way out: chunks, as they are written, in pieces that are small enough to wait for a caller.
 *
 * @module
 */
import type { Context } from "hono";
import { giveBack } from "../../../runtime/give_back.ts";
import type { AppEnv } from "../../context.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * How much of an answer the runtime holds while nobody reads, not counting its buffer for the connection. In
 * that buffer it gathers smaller pieces until they reach this size, and doubles the buffer each time they do
 * not fit.
 */
export const PIECE_BYTES = 64 * 1024;

export interface PiecesOptions {
  /**
   * Whether the taker of a piece is done with its memory once it asks for the next one, or for none. Default:
   * false.
   */
  readonly isSent?: boolean;
}

/** Whether the runtime sends the answer. It keeps its own hold on the bytes that it has been handed. */
export function isSentByRuntime({ env }: Context<AppEnv>): boolean {
  // Nothing is there where an app is asked without a connection. To read it would begin to wait for it.
  return env !== undefined && "completed" in env;
}

/** Bytes in pieces. */
export function* inPieces(bytes: Bytes): Generator<Bytes> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    yield bytes.subarray(start, start + PIECE_BYTES);
  }
}

/**
 * Chunks in pieces. Each chunk is released when its last piece is asked for. Chunks that nobody takes any more
 * give their memory back at once, and so do chunks that are sent.
 */
export function* takePieces(
  chunks: Bytes[],
  { isSent = false }: PiecesOptions = {},
): Generator<Bytes> {
  let chunk: Bytes | undefined;
  try {
    while ((chunk = chunks.shift()) !== undefined) {
      yield* inPieces(chunk);
      if (isSent) giveBack(chunk);
    }
  } finally {
    if (isSent && chunk !== undefined) giveBack(chunk);
    releaseChunks(chunks);
  }
}

/** Gives back the memory of chunks that nobody takes. */
export function releaseChunks(chunks: readonly Bytes[]): void {
  for (const chunk of chunks) giveBack(chunk);
}
