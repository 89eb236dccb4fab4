/**
 * The bytes of a large text, made in steps (`runtime/steps.ts`): each piece of the text is a step.
 *
 * @module
 */
import type { Steps } from "../../../runtime/steps.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Pieces are joined until they have this many characters; in UTF-8, that is at most three times as many bytes. */
const CHUNK_CHARACTERS = 56 * 1024;

/** Encodes pieces of text, in chunks of some tens of kilobytes. None of them ends inside a character. */
export function* encodePieces(pieces: Iterable<string>): Steps<Bytes[]> {
  const encoder = new TextEncoder();
  const chunks: Bytes[] = [];
  let text = "";
  // Others have their turn before the first piece.
  yield;
  for (const piece of pieces) {
    text += piece;
    if (text.length >= CHUNK_CHARACTERS) {
      chunks.push(encoder.encode(text));
      text = "";
    }
    yield;
  }
  if (text !== "") chunks.push(encoder.encode(text));
  return chunks;
}

/** All of the chunks in one. */
export function joinChunks(chunks: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
