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

/** Column name → value. */
export type Row = { [column: string]: Json };

export type RowReader = (rows: RawRows) => Row[];

/**
 * Makes the reader for rows of these columns.
 *
 * @param isComputed whether the statement works a column out, by its index
 * @throws {ServiceError} the reader does, `number_too_long` for a number that a statement has worked out
 */
export function compileRowReader(
  columns: readonly DriverColumn[],
  isComputed: (index: number) => boolean = () => false,
): RowReader {
  const names = columns.map(({ name }) => name);
  const codecs = columns.map(({ type }, index) =>
    variantCodecFor(cqlTypeOf(type), { computed: isComputed(index) })
  );
  const read = rowReader(names, codecs);
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

function rowReader(names: readonly string[], codecs: readonly Codec[]): RowReader {
  return ({ length, body, offset }) => {
    const rows = new Array<Row>(length);
    for (let index = 0; index < length; index++) {
      const row: Row = {};
      for (let column = 0; column < codecs.length; column++) {
        const size = body.readInt32BE(offset);
        offset += 4;
        if (size < 0) {
          row[names[column]!] = null;
        } else {
          row[names[column]!] = codecs[column]!.decode(body, offset, offset + size);
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
