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

/** Reads a body if it is all there; of a stream, no more than what has come already. */
export async function readWhole(body: ReadableStream<Bytes>): Promise<FoundBody> {
  const reader = body.getReader();
  const first = reader.read();
  const found = await settled(first);
  if (found === null) return { kind: "stream", pieces: piecesOf(reader, [first]) };
  if (found.done) return { kind: "whole", bytes: new Uint8Array() };
  const second = reader.read();
  const rest = await settled(second);
  if (rest?.done) return { kind: "whole", bytes: found.value };
  return { kind: "stream", pieces: piecesOf(reader, [first, second]) };
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
function piecesOf(
  reader: ReadableStreamDefaultReader<Bytes>,
  asked: Promise<Reading>[],
): AsyncIterator<Bytes> {
  return {
    next: async () => {
      const { done, value } = await (asked.shift() ?? reader.read());
      return done ? { done, value: undefined } : { done, value };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
