/**
 * How large a value is, for bounds: a number by its value, text by its characters, a collection by its members.
 * Nothing is rounded.
 *
 * @module
 */
import { compareDecimals, type Decimal, parseDecimal } from "./decimal.ts";

/** How values of a type are measured. */
export interface Measure<Value = unknown> {
  /** What is counted; null if the value itself is bounded. */
  readonly counts: "character" | "member" | null;
  /** The names of the bounds in JSON Schema. */
  readonly keywords: readonly [min: string, max: string];
  /** Below zero where the value is less than the bound, zero where they are equal; NaN for no number. */
  compare(value: Value, bound: Decimal): number;
}

const VALUE = { counts: null, keywords: ["minimum", "maximum"] } as const;

/** Of integers of any size. */
export const INTEGER: Measure<number | bigint> = {
  ...VALUE,
  compare: (value, bound) => compareDecimals({ unscaled: BigInt(value), scale: 0 }, bound),
};

export const DECIMAL: Measure<Decimal> = { ...VALUE, compare: compareDecimals };

/**
 * For binary numbers, as they are written: a `float` of 0.1 is within a bound of 0.1, although its 32 bits are
 * worth a little more.
 *
 * @param printed the number as which a value is written
 */
export function floatingPointMeasure(printed: (value: number) => number): Measure<number> {
  return {
    ...VALUE,
    compare(value, bound) {
      // An infinity is beyond every bound.
      if (!Number.isFinite(value)) return value;
      return compareDecimals(parseDecimal(String(printed(value)))!, bound);
    },
  };
}

export const CHARACTERS: Measure<string> = {
  counts: "character",
  keywords: ["minLength", "maxLength"],
  compare: (text, bound) => compareCount(charactersIn(text), bound),
};

/**
 * Of a collection.
 *
 * @param count how many members a value has
 */
export function memberMeasure<Value>(
  keywords: Measure["keywords"],
  count: (value: Value) => number,
): Measure<Value> {
  return {
    counts: "member",
    keywords,
    compare: (value, bound) => compareCount(count(value), bound),
  };
}

function compareCount(count: number, bound: Decimal): number {
  return compareDecimals({ unscaled: BigInt(count), scale: 0 }, bound);
}

/** As JSON Schema counts them: a surrogate pair is one. */
function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
