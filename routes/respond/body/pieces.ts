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
 * What the runtime holds of an answer while nobody reads, besides what it has put aside for the connection. There it
 * gathers smaller pieces until they are as large, and makes its buffer twice as large each time they do not fit.
 */
export const PIECE_BYTES = 64 * 1024;

export interface PiecesOptions {
  /**
   * Whether who takes a piece does not need its memory when it asks for the next one, or for none. Default: it may
   * need it.
   */
  readonly isSent?: boolean;
}

/** Whether the runtime sends what is answered with. It has a hold of its own on what it has been handed. */
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
 * Chunks in pieces. Each chunk is let go of when its last piece is asked for; those that nobody takes any more give their
 * memory back at once, and so do those that are sent.
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
