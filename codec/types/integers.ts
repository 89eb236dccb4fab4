/**
 * The integers: `tinyint`, `smallint`, `int` as JSON numbers; `bigint`, `counter`, `varint` as
 * strings, since JSON numbers beyond ±(2^53 - 1) are rounded by most clients.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { ExactNumber } from "../json/exact_number.ts";
import { MAX_DIGITS, parseDecimal, toInteger } from "../parts/decimal.ts";
import { fixed, type Format, type Issue, refuse, type Schema } from "../parts/format.ts";

const DIGITS = /^-?\d+$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

export const int: Format<number> = {
  ...smallInteger("int", 32, 86_400),
  ...fixed(4, (value, into, at) => into.writeInt32BE(value, at)),
  decode: (bytes, start) => bytes.readInt32BE(start),
};

export const smallint: Format<number> = {
  ...smallInteger("smallint", 16, 1_013),
  encode(value) {
    const bytes = Buffer.allocUnsafe(2);
    bytes.writeInt16BE(value);
    return bytes;
  },
  decode: (bytes, start) => bytes.readInt16BE(start),
};

export const tinyint: Format<number> = {
  ...smallInteger("tinyint", 8, 7),
  encode(value) {
    const bytes = Buffer.allocUnsafe(1);
    bytes.writeInt8(value);
    return bytes;
  },
  decode: (bytes, start) => bytes.readInt8(start),
};

export const bigint: Format<bigint> = {
  ...wideInteger("bigint"),
  ...fixed(8, (value, into, at) => into.writeBigInt64BE(value, at)),
  decode: decodeInt64,
};

/** The same values as `bigint`; in a vector, where no counter can be, it would have no fixed length. */
export const counter: Format<bigint> = {
  ...wideInteger("counter"),
  encode: bigint.encode,
  decode: decodeInt64,
};

export const varint: Format<bigint> = {
  cql: "varint",
  ...integerSchemas({
    description: "An integer of any size, as a string of decimal digits",
    example: "170141183460469231731687303715884105728",
  }),
  read(json, issues) {
    return readInteger(json) ?? refuse(issues, EXPECTED_VARINT);
  },
  readText(text, issues) {
    return parseDigits(text) ?? refuse(issues, EXPECTED_VARINT);
  },
  encode: encodeVarint,
  decode: (bytes, start, end) => decodeVarint(bytes, start, end).toString(),
};

const EXPECTED_VARINT =
  `Expected an integer of at most ${MAX_DIGITS} digits, as a string or an exact number`;

/** The shortest two's complement, big-endian: at least one byte, of which the first bit is the sign. */
export function encodeVarint(value: bigint): Buffer {
  const small = Number(value);
  if (small >= -0x8000_0000 && small <= 0x7fff_ffff) return encodeSmallVarint(small);
  const bits = (value < 0n ? ~value : value).toString(16).length * 4 + 1;
  // The hexadecimal digits may overstate the bits by three: a leading sign byte too many is dropped.
  const length = Math.ceil(bits / 8);
  const hex = BigInt.asUintN(length * 8, value).toString(16).padStart(length * 2, "0");
  const bytes = Buffer.from(hex, "hex");
  const [first, second] = bytes;
  const redundant = second !== undefined &&
    (first === 0x00 && second < 0x80 || first === 0xff && second >= 0x80);
  return redundant ? bytes.subarray(1) : bytes;
}

function encodeSmallVarint(value: number): Buffer {
  const bits = 33 - Math.clz32(value < 0 ? ~value : value);
  const length = Math.ceil(bits / 8);
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeIntBE(value, 0, length);
  return bytes;
}

export function decodeVarint(bytes: Buffer, start: number, end: number): bigint {
  const length = end - start;
  if (length <= 6) return BigInt(bytes.readIntBE(start, length));
  return BigInt.asIntN(length * 8, BigInt(`0x${bytes.toString("hex", start, end)}`));
}

/** What every integer may be in JSON: digits in a string, or a number that lost nothing. */
function readInteger(json: unknown): bigint | undefined {
  if (typeof json === "string") return parseDigits(json);
  if (typeof json === "number") return Number.isSafeInteger(json) ? BigInt(json) : undefined;
  if (!(json instanceof ExactNumber)) return undefined;
  const decimal = parseDecimal(json.source);
  return decimal && toInteger(decimal);
}

function parseDigits(text: string): bigint | undefined {
  return text.length <= MAX_DIGITS && DIGITS.test(text) ? BigInt(text) : undefined;
}

function decodeInt64(bytes: Buffer, start: number): string {
  return bytes.readBigInt64BE(start).toString();
}

function smallInteger(
  cql: string,
  bits: 8 | 16 | 32,
  example: number,
): Pick<Format<number>, "cql" | "output" | "input" | "text" | "read" | "readText"> {
  const minimum = -(2 ** (bits - 1));
  const maximum = 2 ** (bits - 1) - 1;
  const expected = `Expected an integer from ${minimum} to ${maximum}`;
  const schema: Schema = {
    type: "integer",
    format: `int${bits}`,
    minimum,
    maximum,
    description: `An integer of ${bits} bits`,
    example,
  };
  const inRange = (value: number, issues: Issue[]) =>
    value >= minimum && value <= maximum ? value : refuse(issues, expected);
  return {
    cql,
    output: schema,
    input: schema,
    text: schema,
    read(json, issues) {
      if (typeof json === "number" && Number.isInteger(json)) return inRange(json, issues);
      const exact = json instanceof ExactNumber ? readInteger(json) : undefined;
      return exact === undefined ? refuse(issues, expected) : inRange(Number(exact), issues);
    },
    readText: (text, issues) =>
      DIGITS.test(text) ? inRange(Number(text), issues) : refuse(issues, expected),
  };
}

function wideInteger(
  cql: string,
): Pick<Format<bigint>, "cql" | "output" | "input" | "text" | "read" | "readText"> {
  const expected =
    `Expected an integer from ${MIN_INT64} to ${MAX_INT64}, as a string or an exact number`;
  const inRange = (value: bigint | undefined, issues: Issue[]) =>
    value !== undefined && value >= MIN_INT64 && value <= MAX_INT64
      ? value
      : refuse(issues, expected);
  return {
    cql,
    ...integerSchemas({
      format: "int64",
      description: "An integer of 64 bits, as a string of decimal digits",
      example: "9007199254740993",
    }),
    read: (json, issues) => inRange(readInteger(json), issues),
    readText: (text, issues) => inRange(parseDigits(text), issues),
  };
}

function integerSchemas(
  schema: { format?: string; description: string; example: string },
): Pick<Format, "output" | "input" | "text"> {
  const output: Schema = { type: "string", pattern: "^-?\\d+$", ...schema };
  return {
    output,
    input: {
      ...output,
      type: ["string", "integer"],
      description: `${schema.description}; or a number, taken as it is written`,
    },
    text: output,
  };
}
