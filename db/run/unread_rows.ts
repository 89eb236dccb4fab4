/**
 * Rows between Cassandra's answer and their use: read as values, or written as JSON text. The rows of a large
 * answer are handled in steps, in turn with the work of other requests. Waiting for a turn does not count as
 * waiting for Cassandra: rows are read once all of them have arrived.
 *
 * @module
 */
import type { JsonWriter } from "../../codec/json/json_writer.ts";
import type { RunSteps, Steps } from "../../runtime/steps.ts";
import type { RawRows } from "../driver/internals/driver_types.ts";
import { releaseBody } from "../driver/internals/wire/gathered_frames.ts";
import type { Row, RowReader } from "../prepare/rows/read_rows.ts";
import type { RowLayout } from "../prepare/rows/write_rows.ts";

export interface UnreadRows {
  readonly raw: RawRows;
  readonly reader: RowReader;
}

export interface ReadRowsOptions {
  /** Runs reading in steps. Default: everything is read at once. */
  readonly run?: RunSteps | undefined;
}

/** Rows with fewer bytes are read, and written, at once: it takes less than a millisecond. */
const LARGE_BYTES = 65_536;

/** Whether rows of this many bytes, as Cassandra sends them, are handled in steps. */
export function areLarge(bytes: number): boolean {
  return bytes > LARGE_BYTES;
}

/** The bytes of the rows, as Cassandra sent them. */
export function bytesOf({ raw }: UnreadRows): number {
  return rawBytesOf(raw);
}

/** The same for rows whose reader is not chosen yet. */
export function rawBytesOf({ offset, end }: RawRows): number {
  return end - offset;
}

/** @throws {ServiceError} as {@link RowReader} does */
export async function readRows(
  parts: readonly UnreadRows[],
  { run }: ReadRowsOptions,
): Promise<Row[]> {
  const bytes = parts.reduce((sum, part) => sum + bytesOf(part), 0);
  if (run !== undefined && areLarge(bytes)) return await run(readSteps(parts));
  const [only, ...others] = parts;
  if (only === undefined) return [];
  return others.length === 0
    ? only.reader.read(only.raw)
    : parts.flatMap(({ raw, reader }) => reader.read(raw));
}

function* readSteps(parts: readonly UnreadRows[]): Steps<Row[]> {
  const rows: Row[] = [];
  for (const { raw, reader } of parts) {
    for (const row of yield* reader.readSteps(raw)) rows.push(row);
  }
  return rows;
}

/** How rows are written as JSON text. */
export interface WrittenRows {
  readonly layout: RowLayout;
  readonly out: JsonWriter;
}

/** @throws {ServiceError} as {@link RowWriter} does */
export function writeRows(parts: readonly UnreadRows[], written: WrittenRows): void {
  let isFirst = true;
  for (const { raw, reader: { writer } } of parts) {
    writer.write(raw, { ...written, isFirst });
    isFirst &&= raw.length === 0;
  }
}

/** The same in steps; the text written so far may be taken between them. */
export function* writeRowSteps(
  parts: readonly UnreadRows[],
  written: WrittenRows,
): Steps<void> {
  let isFirst = true;
  for (const { raw, reader: { writer } } of parts) {
    yield* writer.writeSteps(raw, { ...written, isFirst });
    isFirst &&= raw.length === 0;
  }
}

/** Gives back the memory of rows that are not read again, if it is large and not shared. */
export function releaseRows(parts: readonly UnreadRows[]): void {
  for (const { raw } of parts) releaseBody(raw);
}
