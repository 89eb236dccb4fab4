/**
 * Rows as text of a streaming media type: NDJSON, and CSV as in RFC 4180.
 *
 * @module
 */
import type { Json } from "../../codec/codec.ts";
import type { Row } from "../../db/prepare/read_rows.ts";

export interface RowFormat {
  readonly contentType: string;
  /** Whether the runtime compresses bodies of this type. */
  readonly isCompressedByRuntime: boolean;
  /** What stands before the first row. */
  begin(columns: readonly string[]): string;
  rows(rows: readonly Row[], columns: readonly string[]): string;
  /** What stands where a failure ends the text: no parser takes for whole what ends with it. */
  readonly unfinished: string;
}

const NDJSON: RowFormat = {
  contentType: "application/x-ndjson",
  isCompressedByRuntime: false,
  begin: () => "",
  rows: (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
  unfinished: '{"',
};

/** Null is an empty field, an empty string a quoted one; collections and the like are JSON text. */
const CSV: RowFormat = {
  contentType: "text/csv; charset=utf-8; header=present",
  isCompressedByRuntime: true,
  begin: (columns) => `${columns.map(csvField).join(",")}\r\n`,
  rows: (rows, columns) =>
    rows.map((row) => `${columns.map((column) => csvField(row[column] ?? null)).join(",")}\r\n`)
      .join(""),
  unfinished: '"',
};

export const ROW_FORMATS = {
  "application/x-ndjson": NDJSON,
  "text/csv": CSV,
} as const satisfies Record<string, RowFormat>;

function csvField(value: Json): string {
  if (value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
