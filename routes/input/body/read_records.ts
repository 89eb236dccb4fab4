/**
 * A body of CSV as records (RFC 4180), of any length and in flat memory, as `read_lines.ts` does it for NDJSON. A
 * record is a line, or several where quotes hold the ends of lines. What stands in a record is read elsewhere: here,
 * quotes only say where it ends. After a quote in the wrong place, a record ends with its line, so that the next
 * record is found.
 *
 * @module
 */
import { COMMA, NEWLINE, QUOTE } from "../../../codec/json/characters.ts";
import type { ByteRange } from "../../../codec/tokens/token.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { Pace, type RunSteps, type Steps } from "../../../runtime/steps.ts";
import { GrowingBytes } from "./growing_bytes.ts";
import type { Line } from "./read_lines.ts";

const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
const RECORDS_IN_A_STEP = 512;

/** Where in a record a byte is read. */
type Place =
  /** At the beginning of a field. */
  | "start"
  /** In a field without quotes, or after a quote in the wrong place. */
  | "bare"
  | "quoted"
  /** After a quote in quotes: it closes them, or is the first of two. */
  | "closed";

/**
 * Reads the records in blocks: those that came in together. Empty lines are left out. A record has the number of the
 * line that it begins on, and neither the end of its line nor the byte order mark of the body.
 *
 * @param maxBytes a longer record is an error of its own, and skipped without being kept
 * @throws whatever the body's stream fails with, after the records before it; a record that this cuts off is left out
 */
export async function* readRecords(
  body: AsyncIterable<Uint8Array>,
  { maxBytes, run }: { readonly maxBytes: number; readonly run: RunSteps },
): AsyncGenerator<readonly Line[]> {
  const splitter = new RecordSplitter(maxBytes);
  for await (const chunk of body) {
    const records = await run(splitter.split(chunk));
    if (records.length > 0) yield records;
  }
  const last = splitter.end();
  if (last.length > 0) yield last;
}

/** Keeps the beginning of a record until its end comes. */
class RecordSplitter {
  readonly #maxBytes: number;
  readonly #begun = new GrowingBytes();
  /** The bytes of the record that has begun, even if it is too long to be kept. */
  #begunBytes = 0;
  /** Where in that record the next byte is. */
  #place: Place = "start";
  /** The line that it begins on, and how many ends of lines it has in quotes so far. */
  #line = 1;
  #newlines = 0;
  /** How many bytes of a byte order mark the body has begun with; all, once there can be no more of it. */
  #markBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *split(chunk: Uint8Array): Steps<Line[]> {
    const records: Line[] = [];
    const pace = new Pace(RECORDS_IN_A_STEP);
    let quote = -1;
    let at = this.#afterMark(chunk);
    while (at < chunk.length) {
      if (pace.isDue()) yield;
      let end = -1;
      if (this.#begunBytes === 0) {
        if (quote < at) quote = indexIn(chunk, QUOTE, at);
        end = chunk.indexOf(NEWLINE, at);
      }
      // Nearly all records have no quotes, and end where their line does.
      if (end === -1 || quote < end) end = this.#endOf(chunk, at);
      const range = { bytes: chunk, start: at, end: end === -1 ? chunk.length : end };
      if (end === -1) this.#begin(range);
      else this.#finish(range, records);
      at = range.end + 1;
    }
    return records;
  }

  /** What stands after the last end of a line. */
  end(): Line[] {
    const records: Line[] = [];
    if (this.#markBytes < BYTE_ORDER_MARK.length) this.#beginWithMark();
    const nothing = new Uint8Array();
    if (this.#begunBytes > 0) this.#finish({ bytes: nothing, start: 0, end: 0 }, records);
    return records;
  }

  /** Where the record that goes on at `start` ends; -1 if it goes on in the next chunk. */
  #endOf(chunk: Uint8Array, start: number): number {
    let place = this.#place;
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at];
      if (place === "quoted") {
        if (byte === QUOTE) place = "closed";
        else if (byte === NEWLINE) this.#newlines++;
      } else if (byte === NEWLINE) {
        return at;
      } else if (byte === COMMA) {
        place = "start";
      } else {
        place = byte === QUOTE && place !== "bare" ? "quoted" : "bare";
      }
    }
    this.#place = place;
    return -1;
  }

  #begin({ bytes, start, end }: ByteRange): void {
    this.#begunBytes += end - start;
    if (this.#begunBytes > this.#maxBytes) this.#begun.clear();
    else this.#begun.append(bytes.subarray(start, end));
  }

  /** Adds the record that ends with these bytes. */
  #finish(range: ByteRange, records: Line[]): void {
    const line = this.#line;
    const lastLine = line + this.#newlines;
    this.#line = lastLine + 1;
    this.#newlines = 0;
    this.#place = "start";
    let record = range;
    let length = range.end - range.start;
    if (this.#begunBytes > 0) {
      this.#begin(range);
      length = this.#begunBytes;
      if (length <= this.#maxBytes) {
        record = { bytes: this.#begun.view().slice(), start: 0, end: length };
      }
      this.#begun.clear();
      this.#begunBytes = 0;
    }
    if (length > this.#maxBytes) records.push({ line, lastLine, error: tooLong(this.#maxBytes) });
    else if (!isEmpty(record)) records.push({ line, lastLine, text: withoutReturn(record) });
  }

  /** Where the body begins in its first chunk, or in its second one if the mark is cut. */
  #afterMark(chunk: Uint8Array): number {
    for (let at = 0; at < chunk.length; at++) {
      if (this.#markBytes === BYTE_ORDER_MARK.length) return at;
      if (chunk[at] !== BYTE_ORDER_MARK[this.#markBytes]) {
        this.#beginWithMark();
        return at;
      }
      this.#markBytes++;
    }
    return chunk.length;
  }

  /** What looked like a mark begins the first record. */
  #beginWithMark(): void {
    const end = this.#markBytes;
    this.#markBytes = BYTE_ORDER_MARK.length;
    if (end === 0) return;
    this.#begin({ bytes: BYTE_ORDER_MARK, start: 0, end });
    this.#place = "bare";
  }
}

/** The index of a byte; the length of the bytes if they do not have it. */
function indexIn(bytes: Uint8Array, byte: number, from: number): number {
  const index = bytes.indexOf(byte, from);
  return index === -1 ? bytes.length : index;
}

/** The carriage return before a newline is part of the end of a line. */
function withoutReturn(record: ByteRange): ByteRange {
  const { bytes, start, end } = record;
  return end > start && bytes[end - 1] === CARRIAGE_RETURN
    ? { bytes, start, end: end - 1 }
    : record;
}

function isEmpty(record: ByteRange): boolean {
  const { start, end } = withoutReturn(record);
  return start === end;
}

function tooLong(maxBytes: number): ServiceError {
  return new ServiceError(
    "body_too_large",
    `The line has more than ${maxBytes} bytes: send less in one line, ` +
      "and close the quotes of each field",
  );
}
