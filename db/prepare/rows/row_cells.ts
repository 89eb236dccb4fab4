/**
 * How the cells of a row are read and written, by column. All of it is chosen once, when the query is
 * prepared.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Codec, Json } from "../../../codec/codec.ts";
import { UnsupportedTypeError, variantCodecFor } from "../../../codec/codec_for.ts";
import type { Steps } from "../../../runtime/steps.ts";
import { NumberTooLongError } from "../../../codec/variant.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { cqlTypeOf } from "../../driver/statements/cql_type.ts";
import type { DriverColumn } from "../../driver/internals/driver_types.ts";
import type { Conceal } from "./conceal.ts";

/** How the values of one column are read and written. */
export interface Cell extends Pick<Codec, "decode" | "decodeSteps" | "writeJson"> {
  readonly name: string;
  /** The value shown for null. */
  readonly absent: Json;
}

export interface CellOptions {
  /** Whether the statement computes a column, by its index. */
  readonly isComputed?: (index: number) => boolean;
  /** What hides the values of a column, by its index; null if it is shown. */
  readonly concealOf?: (index: number) => Conceal | null;
  /** Whether values of a type that has no codec are passed over, and read as null; else they are an error. */
  readonly skipsUnknown?: boolean;
}

/**
 * The cells of the rows with these columns, in their order.
 *
 * @throws {UnsupportedTypeError} if a type has no codec, unless it is skipped
 */
export function cellsOf(
  columns: readonly DriverColumn[],
  { isComputed = () => false, concealOf = () => null, skipsUnknown = false }: CellOptions,
): Cell[] {
  return columns.map(({ name, type }, index) => {
    try {
      const codec = variantCodecFor(cqlTypeOf(type), { computed: isComputed(index) });
      return cellOf(name, codec, concealOf(index));
    } catch (error) {
      if (!(error instanceof UnsupportedTypeError) || !skipsUnknown) throw error;
      return skippedCell(name);
    }
  });
}

/** Reads the row at a place in a response, in steps: one for each cell, and those of long values. */
export function* readRowSteps(
  body: Buffer,
  start: number,
  cells: readonly Cell[],
): Steps<Record<string, Json>> {
  const row: Record<string, Json> = {};
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

function skippedCell(name: string): Cell {
  return {
    name,
    absent: null,
    decode: () => null,
    *decodeSteps() {
      yield;
      return null;
    },
    writeJson: (_bytes, _start, _end, out) => out.ascii("null"),
  };
}

function cellOf(name: string, codec: Codec, conceal: Conceal | null): Cell {
  const { decode, decodeSteps, writeJson } = codec;
  if (conceal === null) return { name, decode, decodeSteps, writeJson, absent: null };
  return {
    name,
    decode: (bytes, start, end) => conceal(decode(bytes, start, end)),
    *decodeSteps(bytes, start, end) {
      return conceal(yield* decodeSteps(bytes, start, end));
    },
    writeJson: (bytes, start, end, out) => out.json(conceal(decode(bytes, start, end))),
    absent: conceal(null),
  };
}

/** What callers learn of an error in reading. */
export function asServiceError(error: unknown): unknown {
  if (!(error instanceof NumberTooLongError)) return error;
  const detail =
    "A number that the query computes has too many digits: request other rows, or ask its author to round it";
  return new ServiceError("number_too_long", detail, { cause: error });
}
