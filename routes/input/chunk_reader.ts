/**
 * A body piece by piece. The runtime hands out each piece as a view on a buffer of 64 KiB, however short
 * the piece is, so that a body of single bytes would cost 64 KiB for each byte that is kept. Here every
 * piece comes in one buffer, which grows only with what comes in and is used again: a piece is good until
 * the next one is asked for, and whoever keeps it copies it.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

const FIRST_SIZE = 4 * 1024;
const MAX_SIZE = 64 * 1024;

export class ChunkReader {
  readonly #byob: ReadableStreamBYOBReader | null;
  readonly #plain: ReadableStreamDefaultReader<Bytes> | null;
  #buffer: ArrayBuffer | null = null;
  #size = FIRST_SIZE;

  constructor(body: ReadableStream<Bytes>) {
    this.#byob = byobReaderOf(body);
    this.#plain = this.#byob === null ? body.getReader() : null;
  }

  /** The next piece; null at the end, and after `cancel()`. Rejects where the body breaks off. */
  async read(): Promise<Bytes | null> {
    if (this.#byob === null) return (await this.#plain!.read()).value ?? null;
    const buffer = this.#buffer ?? new ArrayBuffer(this.#size);
    const { value } = await this.#byob.read(new Uint8Array(buffer, 0, buffer.byteLength));
    if (value === undefined || value.length === 0) return null;
    const isFull = value.length === this.#size && this.#size < MAX_SIZE;
    this.#buffer = isFull ? null : value.buffer;
    if (isFull) this.#size = Math.min(this.#size * 4, MAX_SIZE);
    return value;
  }

  /** Ends the body from this side: a piece that is waited for is none. */
  cancel(): void {
    (this.#byob ?? this.#plain!).cancel().catch(() => {});
  }
}

/** Null for a stream that is not one of bytes, as tests make them. */
function byobReaderOf(body: ReadableStream<Bytes>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}
