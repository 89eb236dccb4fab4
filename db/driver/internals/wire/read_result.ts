/**
 * The body of a RESULT that answers an EXECUTE: rows stay bytes, for `codec/` to read, without the driver's object
 * streams, row objects and decoders.
 *
 * Every answer brings its columns, which are the same as in the previous answer unless the schema has changed. If
 * their bytes are the same, they are not read again.
 *
 * Source: native protocol v4, section 4.2.5.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { FrameHeader, ResultMetadata } from "../driver_shapes.ts";
import type { DriverColumn, RawRows } from "../driver_types.ts";

/** The optional fields at the beginning of an answer. */
export interface AnswerFlags {
  readonly traceId?: unknown;
  readonly warnings?: readonly string[];
}

/** An answer, as the driver hands its own on. */
export interface DriverAnswer {
  readonly rows?: RawRows;
  readonly meta?: { readonly columns: readonly DriverColumn[]; readonly pageState?: Buffer };
  readonly flags: AnswerFlags;
}

/** Where a body is in the bytes that were read. */
export interface Body {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** The driver's reader, for everything in a body but the rows. */
export type BodyReaderClass = new (header: FrameHeader, bytes: Buffer, offset: number) => {
  readonly offset: number;
  readFlagsInfo(): AnswerFlags;
  readMetadata(kind: number): ResultMetadata;
};

const VOID = 1;
const ROWS = 2;
const HAS_MORE_PAGES = 0x02;
const NO_FLAGS: AnswerFlags = {};

/** The columns of a statement's last answer, and the bytes that they were read from. */
interface KnownColumns {
  readonly flags: number;
  readonly count: number;
  readonly bytes: Buffer;
  readonly columns: readonly DriverColumn[];
}

/** By the id of the statement. */
const known = new WeakMap<Buffer, KnownColumns>();

export interface ReadResultOptions {
  readonly reader: BodyReaderClass;
  /** The same object for each run of a statement. */
  readonly statementId: Buffer;
}

/**
 * @returns null for an answer of another kind, which the driver reads
 * @throws {RangeError} if the answer is cut short
 */
export function readResult(
  header: FrameHeader,
  { bytes, start, end }: Body,
  { reader: Reader, statementId }: ReadResultOptions,
): DriverAnswer | null {
  let offset = start;
  let flags = NO_FLAGS;
  if (header.flags !== 0) {
    const reader = new Reader(header, bytes, start);
    flags = reader.readFlagsInfo();
    offset = reader.offset;
  }
  const kind = bytes.readInt32BE(offset);
  if (kind === VOID) return { flags };
  if (kind !== ROWS) return null;
  offset += 4;
  const metaFlags = bytes.readInt32BE(offset);
  const count = bytes.readInt32BE(offset + 4);
  const hasMore = (metaFlags & HAS_MORE_PAGES) !== 0;
  const pageState = hasMore ? copyBytes(bytes, offset + 8) : undefined;
  const columnsStart = offset + 8 + (pageState === undefined ? 0 : 4 + pageState.length);
  let like = known.get(statementId);
  if (
    like === undefined || like.flags !== (metaFlags & ~HAS_MORE_PAGES) || like.count !== count ||
    !startsWith(bytes, columnsStart, like.bytes)
  ) {
    const reader = new Reader(header, bytes, offset);
    const { columns } = reader.readMetadata(ROWS);
    like = {
      flags: metaFlags & ~HAS_MORE_PAGES,
      count,
      bytes: Buffer.from(bytes.subarray(columnsStart, reader.offset)),
      columns,
    };
    known.set(statementId, like);
  }
  offset = columnsStart + like.bytes.length;
  const rows = { length: bytes.readInt32BE(offset), body: bytes, offset: offset + 4, end };
  return { rows, meta: metaOf(like.columns, pageState), flags };
}

function metaOf(columns: readonly DriverColumn[], pageState: Buffer | undefined) {
  return pageState === undefined ? { columns } : { columns, pageState };
}

/** A paging state outlives the buffer that it arrived in. */
function copyBytes(bytes: Buffer, offset: number): Buffer {
  const start = offset + 4;
  return Buffer.from(bytes.subarray(start, start + bytes.readInt32BE(offset)));
}

/** Each column's bytes say where they end, so what begins with the same bytes has the same columns. */
function startsWith(bytes: Buffer, start: number, beginning: Buffer): boolean {
  for (let index = 0; index < beginning.length; index++) {
    if (bytes[start + index] !== beginning[index]) return false;
  }
  return true;
}
