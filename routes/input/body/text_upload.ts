/**
 * The inputs of a request that may be of any length: blocks of those that arrived together, read as they are asked for.
 * The sender may take any time, but not keep the service waiting for the next input.
 *
 * @module
 */
import type { Entry } from "../../../db/bulk/entry.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { ChunkReader } from "./chunk_reader.ts";
import type { BodyLimits } from "./read_bytes.ts";
import { readFields } from "./read_fields.ts";
import { decodeLine, type Line } from "./read_lines.ts";

/** The inputs of one request. */
export interface Upload {
  /**
   * Reads the line that names the columns of the others, before the first block is asked for.
   *
   * @returns null if the inputs name their members themselves
   * @throws {ServiceError} `malformed_request`, `body_too_large` or `body_timeout`
   */
  readHeader(): Promise<readonly string[] | null>;
  /** Inputs that arrived together; throws if the upload breaks off. */
  readonly blocks: AsyncIterable<readonly Entry[]>;
  /**
   * Reads the rest of the upload and discards it, for as long as a body may take at most; ends the upload then. Never
   * rejects.
   */
  drain(): Promise<void>;
  /** Stops reading and releases anything that waits for the next block. */
  cancel(): void;
}

export interface TextUploadOptions extends Pick<BodyLimits, "timeoutMs" | "alarms"> {
  /** Reads blocks of the lines that are not blank. */
  readonly readBlocks: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<readonly Line[]>;
  readonly hasHeader: boolean;
}

export class TextUpload implements Upload {
  readonly blocks: AsyncIterable<readonly Entry[]>;
  readonly #lines: AsyncGenerator<readonly Line[]>;
  readonly #chunks: ChunkReader | null;
  readonly #options: TextUploadOptions;
  /** Those that came with the header. */
  #first: readonly Line[] = [];
  /** How long the sender may still keep the service waiting, in milliseconds. */
  #patienceMs: number;
  /** Why it was broken off from this side; null while it was not. */
  #broken: Error | null = null;

  constructor(
    body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
    options: TextUploadOptions,
  ) {
    this.#chunks = body === null ? null : new ChunkReader(body);
    this.#options = options;
    this.#patienceMs = options.timeoutMs;
    this.#lines = this.#readLines();
    this.blocks = this.#readBlocks();
  }

  async readHeader(): Promise<readonly string[] | null> {
    if (!this.#options.hasHeader) return null;
    const { value: [header, ...first] = [] } = await this.#nextLines();
    if (header === undefined) {
      throw new ServiceError("malformed_request", "The body is empty: name its columns in a line");
    }
    this.#first = first;
    if ("error" in header) throw header.error;
    return readFields(decodeLine(header.text, "The header line"), null).map((name) => name ?? "");
  }

  async #nextLines(): Promise<IteratorResult<readonly Line[]>> {
    try {
      return await this.#lines.next();
    } catch (cause) {
      if (cause instanceof ServiceError) throw cause;
      throw new ServiceError(
        "malformed_request",
        "The body broke off before the end of its header line: send it again, whole",
        { cause },
      );
    }
  }

  async *#readBlocks(): AsyncGenerator<readonly Entry[]> {
    if (this.#first.length > 0) yield this.#first;
    yield* this.#lines;
  }

  async *#readLines(): AsyncGenerator<readonly Line[]> {
    for await (const lines of this.#options.readBlocks(this.#readChunks())) {
      this.#patienceMs = this.#options.timeoutMs;
      yield lines;
    }
  }

  async *#readChunks(): AsyncGenerator<Uint8Array> {
    while (this.#chunks !== null) {
      const breakOff = () => this.#breakOff(this.#stalled());
      const cancel = this.#options.alarms.after(this.#patienceMs, breakOff);
      const askedAt = performance.now();
      const chunk = await this.#chunks.read().finally(cancel);
      this.#patienceMs -= performance.now() - askedAt;
      if (this.#broken !== null) throw this.#broken;
      if (chunk === null) return;
      yield chunk;
    }
  }

  async drain(): Promise<void> {
    this.#patienceMs = this.#options.timeoutMs;
    try {
      for await (const _ of this.#readChunks()) {
        if (this.#patienceMs > 0) continue;
        this.#breakOff(this.#stalled());
        break;
      }
    } catch {
      // The caller has left or goes on sending, which ends it as well.
    }
  }

  cancel(): void {
    this.#breakOff(new Error("The caller has left"));
  }

  /** Reading ends at once, as if the body had ended. */
  #breakOff(reason: Error): void {
    this.#broken ??= reason;
    this.#chunks?.cancel();
  }

  #stalled(): ServiceError {
    const detail = `No line was completed in ${this.#options.timeoutMs} ms`;
    return new ServiceError("body_timeout", detail);
  }
}
