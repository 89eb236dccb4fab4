/**
 * The body of a response that was made elsewhere, if it is all there. A response does not say whether it is: its body is
 * read as a stream, and what is all there comes without waiting.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;
type Reading = ReadableStreamReadResult<Bytes>;

/** In microtasks: a body that is all there takes three (Deno 2.9). */
const MAX_TICKS = 16;

/** A body: all of its bytes, or a stream of them. */
export type FoundBody =
  | { readonly kind: "whole"; readonly bytes: Bytes }
  | { readonly kind: "stream"; readonly pieces: AsyncIterator<Bytes> };

/**
 * Reads a body if it is all there; of a stream, no more than what has come already.
 *
 * @throws {TypeError} if it begins with anything but bytes
 */
export async function readWhole(body: ReadableStream<Bytes>): Promise<FoundBody> {
  const reader = body.getReader();
  const first = reader.read();
  const found = await settled(first);
  if (found === null) return { kind: "stream", pieces: piecesFrom(reader, [first]) };
  if (found.done) return { kind: "whole", bytes: new Uint8Array() };
  assertBytes(found.value, reader);
  const second = reader.read();
  const rest = await settled(second);
  if (rest?.done) return { kind: "whole", bytes: found.value };
  return { kind: "stream", pieces: piecesFrom(reader, [first, second]) };
}

/** The pieces of a stream. To end them cancels the stream, also while it makes a piece. */
export function piecesOf(body: ReadableStream<Bytes>): AsyncIterator<Bytes> {
  return piecesFrom(body.getReader(), []);
}

/** What a reading has come to; null if it has to wait for anything but the runtime's own streams. */
async function settled(reading: Promise<Reading>): Promise<Reading | null> {
  let found: Reading | null = null;
  // A failure is thrown where it is its turn.
  reading.then((result) => found = result, () => {});
  for (let tick = 0; tick < MAX_TICKS && found === null; tick++) await null;
  return found;
}

/** What was asked for already, and then the rest. */
function piecesFrom(
  reader: ReadableStreamDefaultReader<Bytes>,
  asked: Promise<Reading>[],
): AsyncIterator<Bytes> {
  return {
    next: async () => {
      const { done, value } = await (asked.shift() ?? reader.read());
      if (done) return { done, value: undefined };
      assertBytes(value, reader);
      return { done, value };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** The code that made the stream may not be type-checked. What is refused is cancelled. */
function assertBytes(piece: unknown, reader: ReadableStreamDefaultReader<Bytes>): void {
  if (piece instanceof Uint8Array) return;
  const error = new TypeError(
    `Cannot answer with a stream that has a piece of type "${typeof piece}": make it a stream of bytes, for example by pipeThrough(new TextEncoderStream())`,
  );
  reader.cancel(error).catch(() => {});
  throw error;
}
