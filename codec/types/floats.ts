/**
 * `double` and `float`: JSON numbers, minus zero among them. What JSON numbers cannot say of IEEE 754 are
 * the strings `NaN`, `Infinity` and `-Infinity`.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { ExactNumber } from "../json/exact_number.ts";
import type { Json } from "../json/json.ts";
import type { JsonWriter } from "../json/json_writer.ts";
import { MINUS_ZERO } from "../json/minus_zero.ts";
import { fixed, type Format, type PrimitiveFormat, refuse, type Schema } from "../parts/format.ts";
import { floatingPointMeasure } from "../parts/measure.ts";
import { byBytes, bySign, complement } from "../parts/sort_key.ts";

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const INTEGER = /^-?\d+$/;
const NONZERO = /^-?[0.]*[1-9]/;

/** The values that JSON numbers cannot hold, by their text. */
const SPECIAL: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

export const double: PrimitiveFormat<number> = {
  wire: { ids: [0x0007], classes: ["DoubleType"] },
  ...floatingPoint("double", "An IEEE 754 number of 64 bits", {
    round: (value) => value,
    shortest: (value) => value,
  }),
  ...fixed(8, (value, into, at) => into.writeDoubleBE(value, at)),
  decode: (bytes, start) => toJson(bytes.readDoubleBE(start)),
  writeJson: (bytes, start, _, out) => write(bytes.readDoubleBE(start), out),
};

export const float: PrimitiveFormat<number> = {
  wire: { ids: [0x0008], classes: ["FloatType"] },
  ...floatingPoint("float", "An IEEE 754 number of 32 bits", {
    round: Math.fround,
    shortest: shortestFloat,
  }),
  ...fixed(4, (value, into, at) => into.writeFloatBE(value, at)),
  decode: (bytes, start) => toJson(shortestFloat(bytes.readFloatBE(start))),
  writeJson: (bytes, start, _, out) => write(shortestFloat(bytes.readFloatBE(start)), out),
};

interface Precision {
  /** The value that a number is stored as. */
  round(value: number): number;
  /** The number as which such a value is printed. */
  shortest(rounded: number): number;
}

/**
 * A number is rounded to the nearest value, as these types are for. Refused are an integer that would
 * be rounded to another one, unless it is how that one is printed, and what would come back as zero.
 */
function floatingPoint(
  cql: "double" | "float",
  description: string,
  { round, shortest }: Precision,
): Omit<PrimitiveFormat<number>, "wire" | "fixed" | "encode" | "decode" | "writeJson"> {
  const expected = `Expected a number that a ${cql} can hold, or "NaN", "Infinity" or "-Infinity"`;
  const schema: Schema = {
    type: ["number", "string"],
    format: cql,
    pattern: "^(NaN|-?Infinity)$",
    description: `${description}; "NaN", "Infinity" and "-Infinity" are strings`,
    example: 21.5,
  };
  const read: Format<number>["read"] = (json, issues) => {
    const special = SPECIAL.get(json);
    if (special !== undefined) return special;
    const source = json instanceof ExactNumber ? json.source : undefined;
    const value = source === undefined ? json : Number(source);
    if (typeof value !== "number") return refuse(issues, expected);
    const rounded = round(value);
    if (!Number.isFinite(rounded)) return refuse(issues, expected);
    const vanishes = rounded === 0 && (value !== 0 || NONZERO.test(source ?? ""));
    // parseJson() gives a plain number only for a literal that prints as it was written.
    const isInteger = source === undefined ? Number.isInteger(value) : INTEGER.test(source);
    const isOther = isInteger && value !== 0 &&
      (source !== undefined && !isWrittenAs(value, source) ||
        rounded !== value && shortest(rounded) !== value);
    return vanishes || isOther ? refuse(issues, expected) : rounded;
  };
  return {
    cql,
    category: "float",
    output: schema,
    input: schema,
    text: schema,
    read,
    readText: (text, issues) => read(NUMBER.test(text) ? new ExactNumber(text) : text, issues),
    emptyIsValue: false,
    isEqualByBytes: true,
    sortKey: bySignAndMagnitude,
    measure: floatingPointMeasure(shortest),
    stored: null,
    truncated: null,
    encodings: null,
    isUnbounded: false,
    isTag: false,
    instantOf: null,
    bucketBy: null,
  };
}

/** Whether the digits are those of an integer itself, or those that it is printed as. */
function isWrittenAs(value: number, digits: string): boolean {
  return digits === String(value) || BigInt(digits) === BigInt(value);
}

/** Java's order of floating-point numbers: minus zero is before zero, and NaN the last. */
function bySignAndMagnitude(value: number, bytes: Buffer): string {
  return value < 0 || Object.is(value, -0)
    ? complement(byBytes(value, bytes))
    : bySign(value, bytes);
}

/** The powers of ten that a double holds exactly, which `**` does not promise to find. */
const POWERS: readonly number[] = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

function toJson(value: number): Json {
  if (Object.is(value, -0)) return MINUS_ZERO;
  return Number.isFinite(value) ? value : String(value);
}

/** Writes what `toJson()` gives. */
function write(value: number, out: JsonWriter): void {
  if (Object.is(value, -0)) out.ascii("-0.0");
  else if (Number.isFinite(value)) out.number(value);
  else out.plainString(String(value));
}

/** The number of the fewest decimal digits that rounds to this 32-bit float: 0.1, not 0.1000000015. */
function shortestFloat(value: number): number {
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 2 ** 24 || !Number.isFinite(value)) return value;
  // From here on up, the first of the powers below would be too large to be exact.
  if (magnitude >= 1e27) return shortestByText(value);
  // A number of up to six digits survives the way through a float, so fewer than six need no try.
  const exponent = Math.floor(Math.log10(magnitude));
  for (let digits = 6; digits <= 9; digits++) {
    const shift = digits - 1 - exponent;
    // Far below one, the powers end: NaN leaves the rest to shortestByText().
    const power = POWERS[Math.abs(shift)] ?? NaN;
    // Both operands are exact (below 2^53 and at most 10^22), so the quotient is the double nearest
    // to the decimal: the same that parsing its digits would give, at a tenth of the time.
    // Of the magnitude, for Math.round() would round a half towards zero below zero.
    const candidate = shift >= 0
      ? Math.round(magnitude * power) / power
      : Math.round(magnitude / power) * power;
    if (Math.fround(candidate) === magnitude) return value < 0 ? -candidate : candidate;
  }
  return shortestByText(value);
}

function shortestByText(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}
