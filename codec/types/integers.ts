/**
 * The integers: `tinyint`, `smallint`, `int` as JSON numbers; `bigint`, `counter`, `varint` as
 * strings, since JSON numbers beyond ±(2^53 - 1) are rounded by most clients.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { numberedBuckets } from "../buckets/bucket_form.ts";
import { msOfEpoch } from "../buckets/bucket_number.ts";
import { QUOTE } from "../json/characters.ts";
import { ExactNumber } from "../json/exact_number.ts";
import type { JsonWriter } from "../json/json_writer.ts";
import { MAX_DIGITS } from "../parts/decimal.ts";
import {
  fixed,
  type Format,
  type Issue,
  type PrimitiveFormat,
  refuse,
  type Schema,
  writePlainString,
} from "../parts/format.ts";
import { MAX_ZEROS, parseIntegerLiteral } from "../parts/integer_literal.ts";
import { INTEGER } from "../parts/measure.ts";
import { bySign, int32Key } from "../parts/sort_key.ts";
import { decodeVarint, encodeVarint } from "../parts/varint.ts";

const DIGITS = /^-?\d+$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** What all integers have in common. */
const TRAITS = {
  category: "integer",
  emptyIsValue: false,
  isEqualByBytes: true,
  sortKey: bySign,
  measure: INTEGER,
  instantOf: null,
  bucketBy: null,
  stored: null,
  truncated: null,
  encodings: null,
  isUnbounded: false,
} as const;

export const int: PrimitiveFormat<number> = {
  ...smallInteger("int", 32, 86_400),
  wire: { ids: [0x0009], classes: ["Int32Type"] },
  ...fixed(4, (value, into, at) => into.writeInt32BE(value, at)),
  decode: (bytes, start) => bytes.readInt32BE(start),
  writeJson: (bytes, start, _, out) => out.integer(bytes.readInt32BE(start)),
  isTag: true,
  instantOf: (unit) =>
    unit === null ? null : (bytes) => msOfEpoch(BigInt(bytes.readInt32BE()), unit),
};

export const smallint: PrimitiveFormat<number> = {
  ...smallInteger("smallint", 16, 1_013),
  wire: { ids: [0x0013], classes: ["ShortType"] },
  fixed: null,
  encode(value) {
    const bytes = Buffer.allocUnsafe(2);
    bytes.writeInt16BE(value);
    return bytes;
  },
  decode: (bytes, start) => bytes.readInt16BE(start),
  writeJson: (bytes, start, _, out) => out.integer(bytes.readInt16BE(start)),
  isTag: true,
};

export const tinyint: PrimitiveFormat<number> = {
  ...smallInteger("tinyint", 8, 7),
  wire: { ids: [0x0014], classes: ["ByteType"] },
  fixed: null,
  encode(value) {
    const bytes = Buffer.allocUnsafe(1);
    bytes.writeInt8(value);
    return bytes;
  },
  decode: (bytes, start) => bytes.readInt8(start),
  writeJson: (bytes, start, _, out) => out.integer(bytes.readInt8(start)),
  isTag: true,
};

export const bigint: PrimitiveFormat<bigint> = {
  ...wideInteger("bigint"),
  wire: { ids: [0x0002], classes: ["LongType"] },
  ...fixed(8, (value, into, at) => into.writeBigInt64BE(value, at)),
  decode: decodeInt64,
  writeJson: writeInt64,
  isTag: true,
  instantOf: (unit) => unit === null ? null : (bytes) => msOfEpoch(bytes.readBigInt64BE(), unit),
  bucketBy: numberedBuckets(String),
};

/** The same values as `bigint`; in a vector, where no counter can be, it would have no fixed length. */
export const counter: PrimitiveFormat<bigint> = {
  ...wideInteger("counter"),
  wire: { ids: [0x0005], classes: ["CounterColumnType"] },
  fixed: null,
  encode: bigint.encode,
  decode: decodeInt64,
  writeJson: writeInt64,
  isTag: false,
};

export const varint: PrimitiveFormat<bigint> = {
  ...TRAITS,
  cql: "varint",
  wire: { ids: [0x000e], classes: ["IntegerType"] },
  ...integerSchemas({
    description: "An integer of any size, as a string of decimal digits",
    inputDescription: `An integer of at most ${MAX_DIGITS} digits, as a string of decimal digits`,
    example: "170141183460469231731687303715884105728",
  }),
  read(json, issues) {
    return readInteger(json) ?? refuse(issues, EXPECTED_VARINT);
  },
  readText(text, issues) {
    return parseDigits(text) ?? refuse(issues, EXPECTED_VARINT);
  },
  fixed: null,
  encode: encodeVarint,
  sortKey: byLength,
  decode: varintText,
  writeJson: writePlainString(varintText),
  isTag: false,
  stored: { read: readStoredVarint, readText: readStoredVarint },
  truncated: null,
  encodings: null,
  isUnbounded: true,
};

const EXPECTED_VARINT =
  `Expected an integer of at most ${MAX_DIGITS} digits, as a string or a number, ` +
  `whose exponent stands for at most ${MAX_ZEROS} zeros`;

/** What every integer may be in JSON: digits in a string, or a number that lost nothing. */
function readInteger(json: unknown): bigint | undefined {
  if (typeof json === "string") return parseDigits(json);
  if (typeof json === "number") return Number.isSafeInteger(json) ? BigInt(json) : undefined;
  return json instanceof ExactNumber ? parseIntegerLiteral(json.source) : undefined;
}

function parseDigits(text: string): bigint | undefined {
  return text.length <= MAX_DIGITS && DIGITS.test(text) ? BigInt(text) : undefined;
}

/** Other clients of Cassandra may store any value. */
function readStoredVarint(json: unknown, issues: Issue[]): bigint | undefined {
  return typeof json === "string" && DIGITS.test(json)
    ? BigInt(json)
    : refuse(issues, "Expected the digits of an integer");
}

function decodeInt64(bytes: Buffer, start: number): string {
  return bytes.readBigInt64BE(start).toString();
}

/** Nearly all are small enough for a JavaScript number, which takes a third of the time. */
function writeInt64(bytes: Buffer, start: number, _: number, out: JsonWriter): void {
  const value = bytes.readInt32BE(start) * 2 ** 32 + bytes.readUInt32BE(start + 4);
  if (!Number.isSafeInteger(value)) return out.plainString(decodeInt64(bytes, start));
  out.character(QUOTE);
  out.integer(value);
  out.character(QUOTE);
}

/** Of two integers with the same sign, the longer is the farther one from zero. */
function byLength(_: bigint, bytes: Buffer): string {
  const { length } = bytes;
  return int32Key(bytes[0]! >= 0x80 ? -length : length) + bytes.toString("latin1");
}

function varintText(bytes: Buffer, start: number, end: number): string {
  return decodeVarint(bytes, start, end).toString();
}

type IntegerTraits<Value> = Pick<
  Format<Value>,
  "cql" | "output" | "input" | "text" | "read" | "readText"
>;

function smallInteger(
  cql: string,
  bits: 8 | 16 | 32,
  example: number,
): Omit<typeof TRAITS, "bucketBy"> & Pick<Format, "bucketBy"> & IntegerTraits<number> {
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
    ...TRAITS,
    cql,
    bucketBy: numberedBuckets(Number),
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
): typeof TRAITS & IntegerTraits<bigint> {
  const expected =
    `Expected an integer from ${MIN_INT64} to ${MAX_INT64}, as a string or an exact number`;
  const inRange = (value: bigint | undefined, issues: Issue[]) =>
    value !== undefined && value >= MIN_INT64 && value <= MAX_INT64
      ? value
      : refuse(issues, expected);
  return {
    ...TRAITS,
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
  { inputDescription, ...schema }: {
    format?: string;
    description: string;
    inputDescription?: string;
    example: string;
  },
): Pick<Format, "output" | "input" | "text"> {
  const output: Schema = { type: "string", pattern: "^-?\\d+$", ...schema };
  const text = { ...output, description: inputDescription ?? output.description };
  return {
    output,
    input: {
      ...text,
      type: ["string", "integer"],
      description: `${text.description}; or a number, taken as it is written`,
    },
    text,
  };
}
