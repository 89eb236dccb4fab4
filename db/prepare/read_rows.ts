/**
 * Rows of a response, bytes → JSON values. The decoder of each column is chosen once, when the query
 * is prepared; a row costs one object and nothing else.
 *
 * @module
 */
import type { Codec, Json } from "../../codec/codec.ts";
import { variantCodecFor } from "../../codec/codec_for.ts";
import { NumberTooLongError } from "../../codec/variant.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { cqlTypeOf } from "../driver/cql_type.ts";
import type { DriverColumn, RawRows } from "../driver/driver_types.ts";
import type { Conceal } from "./conceal.ts";

/** Column name → value. */
export type Row = { [column: string]: Json };

export type RowReader = (rows: RawRows) => Row[];

export interface RowReaderOptions {
  /** Whether the statement works a column out, by its index. */
  readonly isComputed?: (index: number) => boolean;
  /** What hides the values of a column, by its index; null if it is shown. */
  readonly concealOf?: (index: number) => Conceal | null;
}

/**
 * Makes the reader for rows of these columns.
 *
 * @throws {ServiceError} the reader does, `number_too_long` for a number that a statement has worked out
 */
export function compileRowReader(
  columns: readonly DriverColumn[],
  { isComputed = () => false, concealOf = () => null }: RowReaderOptions = {},
): RowReader {
  const codecs = columns.map(({ type }, index) =>
    variantCodecFor(cqlTypeOf(type), { computed: isComputed(index) })
  );
  const cells = codecs.map((codec, index) => cellOf(columns[index]!.name, codec, concealOf(index)));
  const read = rowReader(cells);
  const isBounded = codecs.some(({ isUnbounded }, index) => isUnbounded && isComputed(index));
  if (!isBounded) return read;
  return (rows) => {
    try {
      return read(rows);
    } catch (cause) {
      if (!(cause instanceof NumberTooLongError)) throw cause;
      const detail =
        "A number that the query computes has too many digits: request other rows, or ask its author to round it";
      throw new ServiceError("number_too_long", detail, { cause });
    }
  };
}

/** How one column is read. */
interface Cell {
  readonly name: string;
  readonly decode: Codec["decode"];
  /** What stands for null. */
  readonly absent: Json;
}

function cellOf(name: string, { decode }: Codec, conceal: Conceal | null): Cell {
  if (conceal === null) return { name, decode, absent: null };
  return {
    name,
    decode: (bytes, start, end) => conceal(decode(bytes, start, end)),
    absent: conceal(null),
  };
}

function rowReader(cells: readonly Cell[]): RowReader {
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

/** Reads rows whose columns come only with them. */
export type ShapeReader = (columns: readonly DriverColumn[], rows: RawRows) => Row[];

/**
 * For lightweight transactions, which answer with one column or with the columns of the row, and for
 * tables that have changed: a reader for each shape, made when it is first met.
 */
export function createShapeReader(): ShapeReader {
  const shapes: { readonly columns: readonly DriverColumn[]; readonly read: RowReader }[] = [];
  return (columns, rows) => {
    let shape = shapes.find((each) => sameColumns(each.columns, columns));
    if (shape === undefined) {
      shape = { columns, read: compileRowReader(columns) };
      shapes.push(shape);
    }
    return shape.read(rows);
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
