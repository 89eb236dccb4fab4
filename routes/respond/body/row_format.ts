/**
 * Rows as text of a streaming media type: NDJSON, and CSV as in RFC 4180.
 *
 * @module
 */
import type { Json } from "../../../codec/codec.ts";
import { isLight, jsonPieces, slicesOf } from "../../../codec/json/json_pieces.ts";
import type { Row } from "../../../db/prepare/rows/read_rows.ts";
import { readRows, type UnreadRows } from "../../../db/run/unread_rows.ts";
import type { Unfinished } from "./paced_body.ts";
import { encodePieces } from "./encode_pieces.ts";
import { type EncodeOptions, encodeRows, takesSteps } from "./encode_rows.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A column of the rows. */
export interface RowColumn {
  readonly name: string;
  readonly nullable: boolean;
}

export interface EncodeFormatOptions extends EncodeOptions {
  readonly columns: readonly RowColumn[];
}

export interface RowFormat {
  readonly contentType: string;
  /** Whether the runtime compresses bodies of this type. */
  readonly isCompressedByRuntime: boolean;
  /** Whether the columns are named once, before the rows: then every row has to have all of them. */
  readonly hasHeader: boolean;
  /** What stands before the first row. */
  begin(columns: readonly RowColumn[]): string;
  /** The bytes of a page, in chunks of some tens of kilobytes. */
  encode(parts: readonly UnreadRows[], options: EncodeFormatOptions): Promise<Bytes[]>;
  /** Made for each answer: what stands where a failure ends its text. */
  unfinished(): Unfinished;
}

const NDJSON: RowFormat = {
  contentType: "application/x-ndjson",
  isCompressedByRuntime: false,
  hasHeader: false,
  begin: () => "",
  encode: (parts, options) => encodeRows({ parts, layout: "lines" }, options),
  // The beginning of an object, or a quote that ends a string before the object around it does.
  unfinished: () => ({ text: () => '{"' }),
};

/**
 * Null is an empty field, and an empty string is `""`; collections and the like are JSON text. A row with
 * nothing but a null would be an empty line, which readers skip. So if there is a single column and it can be
 * null, each line has a second field, which is always empty and has no name.
 */
const CSV: RowFormat = {
  contentType: "text/csv; charset=utf-8; header=present",
  isCompressedByRuntime: true,
  hasHeader: true,
  begin: (columns) => `${columns.map(({ name }) => csvField(name)).join(",")}${csvEnd(columns)}`,
  async encode(parts, { columns, run }) {
    const rows = await readRows(parts, { run });
    return takesSteps(parts)
      ? await run(encodePieces(csvPieces(rows, columns)))
      : [new TextEncoder().encode(csvText(rows, columns))];
  },
  unfinished: () => new OpenQuote(),
};

const QUOTE = 0x22;

/**
 * Leaves a quote open wherever CSV breaks off, which may be in the middle of a row. A quote that is doubled closes
 * its field for a moment.
 */
class OpenQuote implements Unfinished {
  #isOpen = false;

  follow(piece: Bytes): void {
    let isOpen = this.#isOpen;
    // Not `indexOf()`: text that is full of quotes would take ten times as long.
    for (let at = 0; at < piece.length; at++) if (piece[at] === QUOTE) isOpen = !isOpen;
    this.#isOpen = isOpen;
  }

  /** A field of its own: inside a field without quotes, a quote is a character like others. */
  text(): string {
    return this.#isOpen ? " " : ',"';
  }
}

export const ROW_FORMATS = {
  "application/x-ndjson": NDJSON,
  "text/csv": CSV,
} as const satisfies Record<string, RowFormat>;

/** The lines of rows. */
export function csvText(rows: readonly Row[], columns: readonly RowColumn[]): string {
  const end = csvEnd(columns);
  return rows.map((row) => {
    const line = columns.map(({ name }) => csvField(row[name] ?? null)).join(",");
    // Not even a null if none can be may make an empty line.
    return line + end === "\r\n" ? `""${end}` : line + end;
  }).join("");
}

/** The same text, in pieces that each take about the same time to write. */
export function* csvPieces(
  rows: readonly Row[],
  columns: readonly RowColumn[],
): Generator<string> {
  for (const row of rows) {
    if (isLight(row)) yield csvText([row], columns);
    else yield* largeCsvLine(row, columns);
  }
}

/** What ends each line. */
function csvEnd([first, second]: readonly RowColumn[]): string {
  return first?.nullable && second === undefined ? ",\r\n" : "\r\n";
}

function* largeCsvLine(row: Row, columns: readonly RowColumn[]): Generator<string> {
  let separator = "";
  for (const { name } of columns) {
    const value = row[name] ?? null;
    yield separator;
    if (isLight(value)) yield csvField(value);
    else yield* largeCsvField(value);
    separator = ",";
  }
  yield csvEnd(columns);
}

/** In quotes, whether it needs them or not. */
function* largeCsvField(value: Json): Generator<string> {
  yield '"';
  for (const piece of typeof value === "string" ? slicesOf(value) : jsonPieces(value)) {
    yield piece.replaceAll('"', '""');
  }
  yield '"';
}

function csvField(value: Json): string {
  if (value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
