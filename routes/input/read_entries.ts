/**
 * The body of an `@bulk` route → its inputs: one JSON object, an array of them, or NDJSON.
 *
 * @module
 */
import { parseJsonSteps } from "../../codec/json/parse_large_json.ts";
import type { Steps } from "../../runtime/steps.ts";
import type { ByteRange } from "../../codec/tokens/token.ts";
import type { Entry } from "../../db/bulk/entry.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { ChunkReader } from "./body/chunk_reader.ts";
import {
  assertObject,
  type OneBody,
  oneBody,
  type ReadBodyOptions,
  readJson,
  unreadableJson,
} from "./body/read_body.ts";
import { assertNotEncoded } from "./body/read_bytes.ts";
import { type Line, readLines, textOfLine } from "./body/read_lines.ts";

export const NDJSON = "application/x-ndjson";

/** The form of a request: one write, or many with a report on each. */
export type BulkBody = OneBody | { readonly kind: "many"; readonly upload: Upload };

/** The inputs of one request. */
export interface Upload {
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

const NDJSON_TYPE = /^application\/(?:(?:x-)?ndjson|jsonl|x-jsonlines)\s*(?:;|$)/i;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/**
 * @param options the limits of a whole JSON body; of each line of NDJSON, which may take any time: `timeoutMs` is how
 * long the sender may keep the service waiting for the end of a line that is not blank
 * @throws {ServiceError} `unsupported_media_type`, `body_too_large` or `malformed_request`
 */
export async function readEntries(request: Request, options: ReadBodyOptions): Promise<BulkBody> {
  const { headers = request.headers } = options;
  if (NDJSON_TYPE.test(headers.get("content-type") ?? "")) {
    assertNotEncoded(headers);
    return { kind: "many", upload: new NdjsonUpload(request.body, options) };
  }
  const read = await readJson(request, { ...options, takes: ["application/json", NDJSON] });
  const { value } = read;
  if (!Array.isArray(value)) return oneBody(read);
  const entries = value.map((value, index) => ({ line: index + 1, value }));
  return {
    kind: "many",
    upload: { blocks: ReadableStream.from([entries]), drain: async () => {}, cancel() {} },
  };
}

class NdjsonUpload implements Upload {
  readonly blocks: AsyncIterable<readonly Entry[]>;
  readonly #chunks: ChunkReader | null;
  readonly #options: ReadBodyOptions;
  /** How long the sender may still keep the service waiting, in milliseconds. */
  #patienceMs: number;
  /** Why it was broken off from this side; null while it was not. */
  #broken: Error | null = null;

  constructor(
    body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
    options: ReadBodyOptions,
  ) {
    this.#chunks = body === null ? null : new ChunkReader(body);
    this.#options = options;
    this.#patienceMs = options.timeoutMs;
    this.blocks = this.#readBlocks();
  }

  async *#readBlocks(): AsyncGenerator<readonly Entry[]> {
    for await (const lines of readLines(this.#readChunks(), this.#options)) {
      const entries = lines.filter(isNotBlank);
      if (entries.length === 0) continue;
      this.#patienceMs = this.#options.timeoutMs;
      yield entries;
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

function isNotBlank(line: Line): boolean {
  if ("error" in line) return true;
  const { bytes, start, end } = line.json;
  let at = start;
  while (at < end && isSpace(bytes[at]!)) at++;
  return at < end;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN;
}

/** @throws {ServiceError} `malformed_request` if the line is not a JSON object */
export function* parseLine(json: ByteRange, line: number): Steps<Record<string, unknown>> {
  const text = textOfLine(json, line);
  let value: unknown;
  try {
    value = yield* parseJsonSteps(text);
  } catch (cause) {
    throw unreadableJson(cause as SyntaxError, "The line");
  }
  return assertObject(value, "The line");
}
