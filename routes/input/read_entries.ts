/**
 * The body of an `@bulk` route → its inputs: one JSON object, an array of them, or NDJSON.
 *
 * @module
 */
import { parseJson } from "../../codec/json/parse_json.ts";
import type { Entry } from "../../db/bulk/write_lines.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { assertNotEncoded, assertObject, type BodyLimits, readJson } from "./read_body.ts";
import { type Line, readLines } from "./read_lines.ts";

export const NDJSON = "application/x-ndjson";

/** What a request asks for: one write, or many with a report on each. */
export type BulkBody =
  | { readonly kind: "one"; readonly body: Record<string, unknown> }
  | { readonly kind: "many"; readonly upload: Upload };

/** The inputs of one request. */
export interface Upload {
  /** Those that came in together; throws where the upload breaks off. */
  readonly blocks: AsyncIterable<readonly Entry[]>;
  /** Reads to the end what `blocks` has not, whatever it is, or until it stalls. Never rejects. */
  drain(): Promise<void>;
  /** Breaks off: whoever waits for the next block waits no longer. */
  cancel(): void;
}

const NDJSON_TYPE = /^application\/(?:x-)?ndjson\s*(?:;|$)/i;
const BLANK = /^[ \t\r]*$/;

/**
 * @param limits of a whole JSON body; of NDJSON, which may take any time, `maxBytes` is for each line,
 * and `timeoutMs` for the silence between two chunks
 * @throws {ServiceError} `unsupported_media_type`, `body_too_large` or `malformed_request`
 */
export async function readEntries(
  request: Request,
  limits: BodyLimits,
): Promise<BulkBody> {
  if (NDJSON_TYPE.test(request.headers.get("content-type") ?? "")) {
    assertNotEncoded(request.headers);
    return { kind: "many", upload: new NdjsonUpload(request.body, limits) };
  }
  const takes = ["application/json", NDJSON];
  const value = await readJson(request, { ...limits, takes }) ?? {};
  if (!Array.isArray(value)) return { kind: "one", body: assertObject(value, "The body") };
  const entries = value.map((value, index) => ({ line: index + 1, value }));
  return {
    kind: "many",
    upload: { blocks: ReadableStream.from([entries]), drain: async () => {}, cancel() {} },
  };
}

class NdjsonUpload implements Upload {
  readonly blocks: AsyncIterable<readonly Entry[]>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | null;
  readonly #limits: BodyLimits;
  /** Why it was broken off from this side; null while it was not. */
  #broken: Error | null = null;

  constructor(body: ReadableStream<Uint8Array> | null, limits: BodyLimits) {
    this.#reader = body?.getReader() ?? null;
    this.#limits = limits;
    this.blocks = this.#read();
  }

  async *#read(): AsyncGenerator<readonly Entry[]> {
    for await (const lines of readLines(this.#chunks(), this.#limits)) {
      yield lines.filter(isNotBlank).map(parseLine);
    }
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    while (this.#reader !== null) {
      const { timeoutMs } = this.#limits;
      const timer = setTimeout(() => this.#breakOff(stalled(timeoutMs)), timeoutMs);
      const { done, value } = await this.#reader.read().finally(() => clearTimeout(timer));
      if (this.#broken !== null) throw this.#broken;
      if (done) return;
      yield value;
    }
  }

  async drain(): Promise<void> {
    try {
      for await (const _ of this.#chunks());
    } catch {
      // The caller has left or stalls, which ends it as well.
    }
  }

  cancel(): void {
    this.#breakOff(new Error("The caller has left"));
  }

  /** What is being read ends at once, as if the body did. */
  #breakOff(reason: Error): void {
    this.#broken ??= reason;
    this.#reader?.cancel().catch(() => {});
  }
}

function stalled(timeoutMs: number): ServiceError {
  return new ServiceError("body_timeout", `Nothing came in for ${timeoutMs} ms`);
}

function isNotBlank(line: Line): boolean {
  return "error" in line || !BLANK.test(line.text);
}

function parseLine(line: Line): Entry {
  if ("error" in line) return line;
  try {
    return { line: line.line, value: parseJson(line.text) };
  } catch (cause) {
    const detail = `The line is not JSON: ${(cause as Error).message}`;
    return { line: line.line, error: new ServiceError("malformed_request", detail) };
  }
}
