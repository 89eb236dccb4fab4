/**
 * A body as lines, of any length and in flat memory: what has come in is split a chunk at a time, where it
 * is, and nothing is read before it is asked for, which holds the sender back. A chunk may be used again for
 * the next one: its lines are valid until then, and what is kept of it is copied.
 *
 * Lines end with a newline, as NDJSON has it; a carriage return before it is white space to JSON.
 *
 * @module
 */
import { Pace, type RunSteps, type Steps } from "../../../runtime/steps.ts";
import type { ByteRange } from "../../../codec/tokens/token.ts";
import type { Entry } from "../../../db/bulk/entry.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { GrowingBytes } from "./growing_bytes.ts";

/** A line without its newline, or why it cannot be read. */
export type Line = Exclude<Entry, { readonly value: unknown }>;

const NEWLINE = 0x0a;
/** The end of a line is found in a tenth of a microsecond. */
const LINES_IN_A_STEP = 512;
const BYTE_ORDER_MARK = /^\uFEFF/;
// A byte order mark is only one at the very beginning; the decoder would see one in each line.
const UTF8 = { fatal: true, ignoreBOM: true } as const;

/** @throws {ServiceError} `malformed_request` if the line is not UTF-8 */
export function textOfLine(range: ByteRange, line: number): string {
  const text = decodeLine(range, "The line");
  return line === 1 ? text.replace(BYTE_ORDER_MARK, "") : text;
}

/**
 * The text with whatever it begins with.
 *
 * @throws {ServiceError} `malformed_request` if the line, known to the sender as `what`, is not UTF-8
 */
export function decodeLine({ bytes, start, end }: ByteRange, what: string): string {
  try {
    return new TextDecoder("utf-8", UTF8).decode(bytes.subarray(start, end));
  } catch {
    throw new ServiceError("malformed_request", `${what} is not UTF-8`);
  }
}

/**
 * Reads the lines in blocks: those that came in together.
 *
 * @param maxBytes a longer line is an error of its own, and skipped without being kept
 * @throws whatever the body's stream fails with, after the lines before it; a line that this cuts off is
 * left out
 */
export async function* readLines(
  body: AsyncIterable<Uint8Array>,
  { maxBytes, run }: { readonly maxBytes: number; readonly run: RunSteps },
): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(maxBytes);
  for await (const chunk of body) {
    const lines = await run(splitter.split(chunk));
    if (lines.length > 0) yield lines;
  }
  const last = splitter.end();
  if (last.length > 0) yield last;
}

/** Keeps the beginning of a line until its end comes. */
class LineSplitter {
  readonly #maxBytes: number;
  readonly #begun = new GrowingBytes();
  #line = 0;
  /** The bytes of the line that has begun, even if it is too long to be kept. */
  #begunBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *split(chunk: Uint8Array): Steps<Line[]> {
    const lines: Line[] = [];
    const first = chunk.indexOf(NEWLINE);
    if (first === -1) {
      this.#begin(chunk);
      return lines;
    }
    this.#begin(chunk.subarray(0, first));
    this.#finish(lines);
    const pace = new Pace(LINES_IN_A_STEP);
    let start = first + 1;
    for (let end = chunk.indexOf(NEWLINE, start); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (pace.isDue()) yield;
      if (end - start > this.#maxBytes) lines.push(this.#tooLong());
      else lines.push(this.#lineOf({ bytes: chunk, start, end }));
      start = end + 1;
    }
    this.#begin(chunk.subarray(start));
    return lines;
  }

  /** What stands after the last newline. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.#begunBytes > 0) this.#finish(lines);
    return lines;
  }

  #begin(bytes: Uint8Array): void {
    this.#begunBytes += bytes.length;
    if (this.#begunBytes > this.#maxBytes) this.#begun.clear();
    else this.#begun.append(bytes);
  }

  #finish(lines: Line[]): void {
    if (this.#begunBytes > this.#maxBytes) lines.push(this.#tooLong());
    else {lines.push(
        this.#lineOf({ bytes: this.#begun.view().slice(), start: 0, end: this.#begunBytes }),
      );}
    this.#begun.clear();
    this.#begunBytes = 0;
  }

  #lineOf(text: ByteRange): Line {
    return { line: ++this.#line, text };
  }

  #tooLong(): Line {
    const detail = `The line has more than ${this.#maxBytes} bytes: send less in one line`;
    return { line: ++this.#line, error: new ServiceError("body_too_large", detail) };
  }
}
