/**
 * Variants of a type: the same values, read or written in another way than usual.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Encoding } from "../catalog/tags/input/options/encoding_option.ts";
import { ExactNumber } from "./json/exact_number.ts";
import { withNumbers } from "./json/minus_zero.ts";
import { parseDecimal, worthOf } from "./parts/decimal.ts";
import {
  type Format,
  type Issue,
  type PrimitiveFormat,
  refuse,
  writeDecoded,
} from "./parts/format.ts";

export interface Variant {
  /** Of values that the server works out: one too long to print is an error, and not a long wait. */
  readonly computed?: boolean;
  /** Of values that may be stored already, though a request could not hold them, or sorts their members. */
  readonly stored?: boolean;
  /** For instants and times of day: extra digits are cut off, towards the past. */
  readonly truncated?: boolean;
  /** Of bytes that are written in another way than base64; null for base64. */
  readonly encoding?: Encoding | null;
  /** Of floating-point numbers that tell callers apart: what would be rounded is refused. */
  readonly exact?: boolean;
}

/**
 * The most bytes of a number that a query works out: four times the size of a request's, which leaves room for
 * sums and products. Printing that many digits takes two milliseconds; a megabyte takes a second.
 */
export const MAX_COMPUTED_BYTES = 16_384;

/** A number that the server has worked out, and that is too long to print. */
export class NumberTooLongError extends Error {
  override readonly name = "NumberTooLongError";

  constructor(length: number) {
    super(`Cannot print a number of ${length} bytes: the most is ${MAX_COMPUTED_BYTES}`);
  }
}

export function variantOf(
  format: PrimitiveFormat,
  { computed, stored, truncated, encoding, exact }: Variant,
): Format {
  const variant = {
    ...format,
    steps: null,
    ...(stored ? format.stored : null),
    ...(truncated ? format.truncated : null),
    ...(encoding ? format.encodings?.[encoding] : null),
    ...(exact && format.category === "float" ? exactReader(format) : null),
  };
  if (!computed || !format.isUnbounded) return variant;
  function decode(bytes: Buffer, start: number, end: number) {
    if (end - start > MAX_COMPUTED_BYTES) throw new NumberTooLongError(end - start);
    return variant.decode(bytes, start, end);
  }
  return { ...variant, decode, writeJson: writeDecoded(decode) };
}

/** Reads a number that is stored as it is written. */
function exactReader(
  { read, readText, encode, decode }: PrimitiveFormat,
): Pick<Format, "read" | "readText"> {
  function kept(value: unknown, { written, issues }: { written: string; issues: Issue[] }) {
    if (value === undefined) return undefined;
    const bytes = encode(value);
    const stored = String(withNumbers(decode(bytes, 0, bytes.length)));
    return isSameNumber(written, stored)
      ? value
      : refuse(issues, "Expected a number that is not rounded");
  }
  return {
    read(json, issues) {
      const written = json instanceof ExactNumber ? json.source : String(json);
      return kept(read(json, issues), { written, issues });
    },
    readText: (text, issues) => kept(readText(text, issues), { written: text, issues }),
  };
}

/** Whether two texts are the same number, or the same word, for example `NaN`. */
function isSameNumber(written: string, stored: string): boolean {
  const [one, other] = [parseDecimal(written), parseDecimal(stored)];
  return one && other ? worthOf(one) === worthOf(other) : written === stored;
}
