/**
 * Reads a body in chunks. The runtime returns each chunk as a view on a 64 KiB buffer, however
 * short the chunk is, so keeping a body of single bytes would cost 64 KiB per byte. This reader
 * reuses one buffer, which grows only with the data that arrives. A chunk is valid until the next
 * read; a caller that keeps it must copy it.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The runtime looks for the line before a chunk in as many bytes as it is asked for. It takes 4 KiB of a line, so with
 * fewer than that it would wait for the end of a longer one indefinitely, and not say that it is too long.
 */
const FIRST_SIZE = 8 * 1024;
const MAX_SIZE = 64 * 1024;
/**
 * Chunks that have arrived are read without a turn of the event loop: a body in single bytes would keep
 * it from everybody else.
 */
const READS_IN_A_TURN = 128;

export class ChunkReader {
  readonly #byob: ReadableStreamBYOBReader | null;
  readonly #plain: ReadableStreamDefaultReader<Bytes> | null;
  #buffer: ArrayBuffer | null = null;
  #size = FIRST_SIZE;
  #reads = 0;

  constructor(body: ReadableStream<Bytes>) {
    this.#byob = byobReaderOf(body);
    this.#plain = this.#byob === null ? body.getReader() : null;
  }

  /** The next chunk; null at the end and after `cancel()`. Rejects if the body breaks off. */
  async read(): Promise<Bytes | null> {
    if (++this.#reads % READS_IN_A_TURN === 0) await setTimeout(0);
    if (this.#byob === null) return (await this.#plain!.read()).value ?? null;
    const buffer = this.#buffer ?? new ArrayBuffer(this.#size);
    const { value } = await this.#byob.read(new Uint8Array(buffer, 0, buffer.byteLength));
    if (value === undefined || value.length === 0) return null;
    const isFull = value.length === this.#size && this.#size < MAX_SIZE;
    this.#buffer = isFull ? null : value.buffer;
    if (isFull) this.#size = Math.min(this.#size * 4, MAX_SIZE);
    return value;
  }

  /** Ends the body from this side. A pending read returns null. */
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
