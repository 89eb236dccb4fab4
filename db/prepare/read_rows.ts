/**
 * Rows of a response, bytes → JSON values. The decoder of each column is chosen once, when the query
 * is prepared; a row costs one object and nothing else.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Codec, Json } from "../../codec/codec.ts";
import { variantCodecFor } from "../../codec/codec_for.ts";
import type { Steps } from "../../codec/steps.ts";
import { NumberTooLongError } from "../../codec/variant.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { cqlTypeOf } from "../driver/cql_type.ts";
import type { DriverColumn, RawRows } from "../driver/internals/driver_types.ts";
import type { Conceal } from "./conceal.ts";

/** Column name → value. */
export type Row = { [column: string]: Json };

/** @throws {ServiceError} `number_too_long` for a number that a statement has worked out */
export interface RowReader {
  read(rows: RawRows): Row[];
  /** As `read`, in steps: for rows that take long to read. The first step ends before the first row. */
  readSteps(rows: RawRows): Steps<Row[]>;
}

export interface RowReaderOptions {
  /** Whether the statement works a column out, by its index. */
  readonly isComputed?: (index: number) => boolean;
  /** What hides the values of a column, by its index; null if it is shown. */
  readonly concealOf?: (index: number) => Conceal | null;
}

/** Makes the reader for rows of these columns. */
export function compileRowReader(
  columns: readonly DriverColumn[],
  { isComputed = () => false, concealOf = () => null }: RowReaderOptions = {},
): RowReader {
  const codecs = columns.map(({ type }, index) =>
    variantCodecFor(cqlTypeOf(type), { computed: isComputed(index) })
  );
  const cells = codecs.map((codec, index) => cellOf(columns[index]!.name, codec, concealOf(index)));
  const read = compileRead(cells);
  return {
    read(rows) {
      try {
        return read(rows);
      } catch (error) {
        throw asServiceError(error);
      }
    },
    *readSteps(rows) {
      try {
        return yield* readInSteps(rows, { read, cells });
      } catch (error) {
        throw asServiceError(error);
      }
    },
  };
}

function asServiceError(error: unknown): unknown {
  if (!(error instanceof NumberTooLongError)) return error;
  const detail =
    "A number that the query computes has too many digits: request other rows, or ask its author to round it";
  return new ServiceError("number_too_long", detail, { cause: error });
}

/** How one column is read. */
interface Cell extends Pick<Codec, "decode" | "decodeSteps"> {
  readonly name: string;
  /** What stands for null. */
  readonly absent: Json;
}

function cellOf(
  name: string,
  { decode, decodeSteps }: Codec,
  conceal: Conceal | null,
): Cell {
  if (conceal === null) return { name, decode, decodeSteps, absent: null };
  return {
    name,
    decode: (bytes, start, end) => conceal(decode(bytes, start, end)),
    *decodeSteps(bytes, start, end) {
      return conceal(yield* decodeSteps(bytes, start, end));
    },
    absent: conceal(null),
  };
}

/** Reads rows at once. */
type ReadAtOnce = (rows: RawRows) => Row[];

function compileRead(cells: readonly Cell[]): ReadAtOnce {
  return ({ length, body, offset }) => {
    const rows = new Array<Row>(length);
    for (let index = 0; index < length; index++) {
      const row: Row = {};
      for (let column = 0; column < cells.length; column++) {
        const cell = cells[column]!;
        const size = body.readInt32BE(offset);
        offset += 4;
        if (size < 0) {
          row[cell.name] = cell.absent;
        } else {
          row[cell.name] = cell.decode(body, offset, offset + size);
          offset += size;
        }
      }
      rows[index] = row;
    }
    return rows;
  };
}

/** A row with fewer bytes is read in one step. */
const SMALL_ROW_BYTES = 16_384;

function* readInSteps(
  { length, body, offset, end }: RawRows,
  { read, cells }: { readonly read: ReadAtOnce; readonly cells: readonly Cell[] },
): Steps<Row[]> {
  const rows: Row[] = [];
  let at = offset;
  for (let index = 0; index < length; index++) {
    yield;
    const start = at;
    for (let column = 0; column < cells.length; column++) {
      at += 4 + Math.max(0, body.readInt32BE(at));
    }
    if (at - start < SMALL_ROW_BYTES) {
      rows.push(...read({ length: 1, body, offset: start, end }));
    } else {
      rows.push(yield* readLargeRow(body, start, cells));
    }
  }
  return rows;
}

function* readLargeRow(
  body: Buffer,
  start: number,
  cells: readonly Cell[],
): Steps<Row> {
  const row: Row = {};
  let at = start;
  for (const { name, absent, decodeSteps } of cells) {
    const size = body.readInt32BE(at);
    at += 4;
    row[name] = size < 0 ? absent : yield* decodeSteps(body, at, at + size);
    at += Math.max(0, size);
    yield;
  }
  return row;
}

/** Makes the reader for rows whose columns come only with them. */
export type ShapeReader = (columns: readonly DriverColumn[]) => RowReader;

/**
 * For lightweight transactions, which answer with one column or with the columns of the row, and for
 * tables that have changed: a reader for each shape, made when it is first met.
 */
export function createShapeReader(): ShapeReader {
  const shapes: { readonly columns: readonly DriverColumn[]; readonly reader: RowReader }[] = [];
  return (columns) => {
    let shape = shapes.find((each) => sameColumns(each.columns, columns));
    if (shape === undefined) {
      shape = { columns, reader: compileRowReader(columns) };
      shapes.push(shape);
    }
    return shape.reader;
  };
}

/** Whether two lists of columns are the same, name by name and type by type. */
export function sameColumns(a: readonly DriverColumn[], b: readonly DriverColumn[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    const [one, other] = [a[index]!, b[index]!];
    if (one.name !== other.name || one.type.code !== other.type.code) return false;
    if (one.type.info != null && !sameInfo(one.type.info, other.type.info)) return false;
  }
  return true;
}

function sameInfo(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
