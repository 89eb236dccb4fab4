/**
 * Rows of a response, bytes → JSON values, for code that looks at the values. The decoder of each column is chosen
 * once, when the query is prepared; a row costs one object and nothing else.
 *
 * @module
 */
import type { Json } from "../../../codec/codec.ts";
import type { Steps } from "../../../runtime/steps.ts";
import type { DriverColumn, RawRows } from "../../driver/internals/driver_types.ts";
import type { Conceal } from "./conceal.ts";
import { asServiceError, type Cell, type CellOptions, cellsOf, readRowSteps } from "./row_cells.ts";
import { compileRowWriter, endOfRow, type RowWriter } from "./write_rows.ts";

/** Column name → value. */
export type Row = { [column: string]: Json };

/** @throws {ServiceError} `number_too_long` for a number that a statement has worked out */
export interface RowReader {
  /** The columns that rows have. */
  readonly names: readonly string[];
  read(rows: RawRows): Row[];
  /** Like `read`, in steps, for rows that take long to read. The first step ends before the first row. */
  readSteps(rows: RawRows): Steps<Row[]>;
  /** Writes the same rows as JSON text, for when nobody looks at their values. */
  readonly writer: RowWriter;
}

/** Makes the reader for rows of these columns. */
export function compileRowReader(
  columns: readonly DriverColumn[],
  options: CellOptions = {},
): RowReader {
  const cells = cellsOf(columns, options);
  const read = compileRead(cells);
  return {
    names: columns.map(({ name }) => name),
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
    writer: compileRowWriter(cells),
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
    at = endOfRow(body, start, cells.length);
    if (at - start < SMALL_ROW_BYTES) {
      rows.push(...read({ length: 1, body, offset: start, end }));
    } else {
      rows.push(yield* readRowSteps(body, start, cells));
    }
  }
  return rows;
}

/** Makes the reader for rows whose columns come only with them. */
export type ShapeReader = (columns: readonly DriverColumn[]) => RowReader;

export interface ShapeReaderOptions extends Pick<CellOptions, "skipsUnknown"> {
  /** The names of the columns that the statement computes. Default: none. */
  readonly computed?: readonly string[];
  /** What hides the values of a column, by its name; null if it is shown. */
  readonly concealOf?: (name: string) => Conceal | null;
}

/**
 * For lightweight transactions, which answer with one column or with the columns of the row, and for
 * tables that have changed: a reader for each shape, made when the shape first appears.
 */
export function createShapeReader(
  { concealOf = () => null, computed = [], ...options }: ShapeReaderOptions = {},
): ShapeReader {
  const shapes: { readonly columns: readonly DriverColumn[]; readonly reader: RowReader }[] = [];
  return (columns) => {
    let shape = shapes.find((each) => sameColumns(each.columns, columns));
    if (shape === undefined) {
      const reader = compileRowReader(columns, {
        ...options,
        isComputed: (index) => computed.includes(columns[index]!.name),
        concealOf: (index) => concealOf(columns[index]!.name),
      });
      shape = { columns, reader };
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
