/**
 * A body as lines of text, of any length and in flat memory: what has come in is split and decoded a
 * chunk at a time, and nothing is read before it is asked for, which holds the sender back. A chunk may
 * be used again for the next one: what is kept of it is copied.
 *
 * Lines end with a newline, as NDJSON has it; a carriage return before it is white space to JSON.
 *
 * @module
 */
import { Pace, type RunSteps, type Steps } from "../../../codec/steps.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { GrowingBytes } from "./growing_bytes.ts";

/** A line's text without its newline, or why it cannot be read. Lines count from one. */
export type Line =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly error: ServiceError };

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = /^\uFEFF/;

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
  // A byte order mark is only one at the very beginning; the decoder would see one in each block.
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #begun = new GrowingBytes();
  #line = 0;
  /** Of the line that has begun, also where it is too long to be kept. */
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
    const last = chunk.lastIndexOf(NEWLINE);
    if (last > first) yield* this.#splitWhole(chunk.subarray(first + 1, last), lines);
    this.#begin(chunk.subarray(last + 1));
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
    else lines.push(this.#decode(this.#begun.view()));
    this.#begun.clear();
    this.#begunBytes = 0;
  }

  /** Lines that are there from beginning to end, newlines between them. */
  *#splitWhole(bytes: Uint8Array, lines: Line[]): Steps<void> {
    const pace = new Pace();
    const text = bytes.length <= this.#maxBytes ? this.#tryDecode(bytes) : null;
    if (text !== null) {
      for (const each of text.split("\n")) {
        if (pace.isDue()) yield;
        lines.push({ line: ++this.#line, text: each });
      }
      return;
    }
    for (let start = 0, end = 0; start <= bytes.length; start = end + 1) {
      if (pace.isDue()) yield;
      end = bytes.indexOf(NEWLINE, start);
      if (end === -1) end = bytes.length;
      if (end - start > this.#maxBytes) lines.push(this.#tooLong());
      else lines.push(this.#decode(bytes.subarray(start, end)));
    }
  }

  #decode(bytes: Uint8Array): Line {
    const text = this.#tryDecode(bytes);
    const line = ++this.#line;
    if (text === null) {
      return { line, error: new ServiceError("malformed_request", "The line is not UTF-8") };
    }
    return { line, text: line === 1 ? text.replace(BYTE_ORDER_MARK, "") : text };
  }

  #tryDecode(bytes: Uint8Array): string | null {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return null;
    }
  }

  #tooLong(): Line {
    const detail = `The line has more than ${this.#maxBytes} bytes: send less in one line`;
    return { line: ++this.#line, error: new ServiceError("body_too_large", detail) };
  }
}
