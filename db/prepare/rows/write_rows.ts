/**
 * Rows of a response, bytes → JSON text, without row objects or values in between. The text is what
 * `JSON.stringify()` makes of the rows that `read_rows.ts` gives.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Json } from "../../../codec/codec.ts";
import { CLOSE_OBJECT, COMMA, NEWLINE } from "../../../codec/json/characters.ts";
import { jsonPieces } from "../../../codec/json/json_pieces.ts";
import type { JsonWriter } from "../../../codec/json/json_writer.ts";
import { hasOwnOrder, memberPrefix } from "../../../codec/json/member_prefix.ts";
import { finish, type Steps } from "../../../runtime/steps.ts";
import type { RawRows } from "../../driver/internals/driver_types.ts";
import { asServiceError, type Cell, readRowSteps } from "./row_cells.ts";

/** How rows follow each other: as the elements of an array, or each on a line. */
export type RowLayout = "elements" | "lines";

/** Where rows are written to. */
export interface RowTarget {
  readonly out: JsonWriter;
  readonly layout: RowLayout;
  /** Whether no row comes before them. */
  readonly isFirst: boolean;
}

/** @throws {ServiceError} `number_too_long` for a number that a statement has worked out */
export interface RowWriter {
  write(rows: RawRows, target: RowTarget): void;
  /**
   * Like `write`, in steps, for rows that take long to write. The first step ends before the first row. Between
   * steps, the caller may take the text written so far.
   */
  writeSteps(rows: RawRows, target: RowTarget): Steps<void>;
}

export function compileRowWriter(cells: readonly Cell[]): RowWriter {
  const members = cells.map((cell, index) => ({
    ...cell,
    prefix: memberPrefix(cell.name, index),
    absentText: Buffer.from(JSON.stringify(cell.absent)),
  }));
  const row = hasOwnOrder(cells) || cells.length === 0 ? rowInOrder(cells) : rowByMember(members);
  return {
    write(rows, target) {
      try {
        writeOnce(rows, target, row);
      } catch (error) {
        throw asServiceError(error);
      }
    },
    *writeSteps(rows, target) {
      try {
        yield* writeInSteps(rows, target, row);
      } catch (error) {
        throw asServiceError(error);
      }
    },
  };
}

interface Member extends Cell {
  /** The text before the value. */
  readonly prefix: Buffer;
  /** The text for null. */
  readonly absentText: Buffer;
}

/** Writes one row, whose first cell is at `at`. */
interface SingleRow {
  /** @returns where the next row begins */
  write(body: Buffer, at: number, out: JsonWriter): number;
  writeSteps(body: Buffer, at: number, out: JsonWriter): Steps<void>;
  /** Where the next row begins. */
  endOf(body: Buffer, at: number): number;
}

/** To keep a shorter text takes as long as to write it again. */
const MIN_KEPT_BYTES = 512;

/** Rows that several requests get are written for the first of them, and copied for the others. */
function writeOnce(rows: RawRows, target: RowTarget, row: SingleRow): void {
  const { texts } = rows;
  const isKept = texts !== undefined && target.layout === "elements" && target.isFirst;
  if (!isKept || rows.end - rows.offset < MIN_KEPT_BYTES) return writeAtOnce(rows, target, row);
  const { out } = target;
  const written = texts.get(row);
  if (written !== undefined) return out.raw(written);
  const start = out.at;
  writeAtOnce(rows, target, row);
  texts.set(row, out.copyFrom(start));
}

function writeAtOnce(
  { length, body, offset }: RawRows,
  { out, layout, isFirst }: RowTarget,
  row: SingleRow,
): void {
  const isArray = layout === "elements";
  let at = offset;
  for (let index = 0; index < length; index++) {
    if (isArray && !(isFirst && index === 0)) out.character(COMMA);
    at = row.write(body, at, out);
    if (!isArray) out.character(NEWLINE);
  }
}

/** What one step writes, in bytes as Cassandra sends them. */
const STEP_BYTES = 4_096;
/** A larger row is written cell by cell, and its large values member by member. */
const LARGE_ROW_BYTES = 16_384;

function* writeInSteps(
  { length, body, offset }: RawRows,
  { out, layout, isFirst }: RowTarget,
  row: SingleRow,
): Steps<void> {
  const isArray = layout === "elements";
  let at = offset;
  let stepEnd = offset;
  for (let index = 0; index < length; index++) {
    if (at >= stepEnd) {
      yield;
      stepEnd = at + STEP_BYTES;
    }
    if (isArray && !(isFirst && index === 0)) out.character(COMMA);
    const end = row.endOf(body, at);
    if (end - at < LARGE_ROW_BYTES) row.write(body, at, out);
    else yield* row.writeSteps(body, at, out);
    if (!isArray) out.character(NEWLINE);
    at = end;
  }
}

function rowByMember(members: readonly Member[]): SingleRow {
  return {
    endOf: (body, at) => endOfRow(body, at, members.length),
    write(body, at, out) {
      for (let index = 0; index < members.length; index++) {
        const { prefix, absentText, writeJson } = members[index]!;
        out.raw(prefix);
        const size = body.readInt32BE(at);
        at += 4;
        if (size < 0) {
          out.raw(absentText);
        } else {
          writeJson(body, at, at + size, out);
          at += size;
        }
      }
      out.character(CLOSE_OBJECT);
      return at;
    },
    *writeSteps(body, at, out) {
      for (const { prefix, absentText, writeJson, decodeSteps } of members) {
        out.raw(prefix);
        const size = body.readInt32BE(at);
        at += 4;
        if (size < 0) {
          out.raw(absentText);
        } else if (size < STEP_BYTES) {
          writeJson(body, at, at + size, out);
        } else {
          yield;
          yield* writePieces(yield* decodeSteps(body, at, at + size), out);
        }
        at += Math.max(0, size);
      }
      out.character(CLOSE_OBJECT);
    },
  };
}

/** For column names that JavaScript orders differently from their cells. */
function rowInOrder(cells: readonly Cell[]): SingleRow {
  return {
    endOf: (body, at) => endOfRow(body, at, cells.length),
    write(body, at, out) {
      out.json(finish(readRowSteps(body, at, cells)));
      return endOfRow(body, at, cells.length);
    },
    *writeSteps(body, at, out) {
      yield* writePieces(yield* readRowSteps(body, at, cells), out);
    },
  };
}

function* writePieces(value: Json, out: JsonWriter): Steps<void> {
  for (const piece of jsonPieces(value)) {
    out.text(piece);
    yield;
  }
}

/** Where a row of this many cells ends. */
export function endOfRow(body: Buffer, at: number, cells: number): number {
  for (let cell = 0; cell < cells; cell++) at += 4 + Math.max(0, body.readInt32BE(at));
  return at;
}
