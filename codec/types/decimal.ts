/**
 * `decimal`: a string, so that its scale survives (`1.50` is not `1.5`).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { ExactNumber } from "../json/exact_number.ts";
import {
  type Decimal,
  decimalText,
  MAX_DIGITS,
  MAX_SCALE,
  parseDecimal,
  parseStoredDecimal,
} from "../parts/decimal.ts";
import {
  type Issue,
  type PrimitiveFormat,
  refuse,
  type Schema,
  writePlainString,
} from "../parts/format.ts";
import { DECIMAL } from "../parts/measure.ts";
import { complement, int64Key } from "../parts/sort_key.ts";
import { decodeVarint, encodeVarint } from "../parts/varint.ts";

const EXPECTED_DECIMAL =
  `Expected a decimal number of at most ${MAX_DIGITS} digits and a scale from -${MAX_SCALE} to ` +
  `${MAX_SCALE}, as a string or a number`;

const DECIMAL_OUTPUT: Schema = {
  type: "string",
  format: "decimal",
  pattern: "^-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?$",
  description: "A decimal number of any size, as a string that keeps its scale",
  example: "12.50",
};

const DECIMAL_TEXT: Schema = {
  ...DECIMAL_OUTPUT,
  description:
    `A decimal number of at most ${MAX_DIGITS} digits and a scale from -${MAX_SCALE} to ` +
    `${MAX_SCALE}, as a string that keeps its scale`,
};

export const decimal: PrimitiveFormat<Decimal> = {
  cql: "decimal",
  category: "decimal",
  wire: { ids: [0x0006], classes: ["DecimalType"] },
  output: DECIMAL_OUTPUT,
  input: {
    ...DECIMAL_TEXT,
    type: ["string", "number"],
    description: `${DECIMAL_TEXT.description}; or a number, taken as it is written`,
  },
  text: DECIMAL_TEXT,
  read(json, issues) {
    const text = decimalSource(json);
    return text === undefined ? refuse(issues, EXPECTED_DECIMAL) : readDecimal(text, issues);
  },
  readText: readDecimal,
  fixed: null,
  encode({ unscaled, scale }) {
    const digits = encodeVarint(unscaled);
    const bytes = Buffer.allocUnsafe(4 + digits.length);
    bytes.writeInt32BE(scale);
    digits.copy(bytes, 4);
    return bytes;
  },
  decode: storedText,
  writeJson: writePlainString(storedText),
  emptyIsValue: false,
  // 1.0 and 1.00 are the same element of a set.
  isEqualByBytes: false,
  sortKey: byWorth,
  measure: DECIMAL,
  isTag: false,
  instantOf: null,
  bucketBy: null,
  stored: { read: readStoredDecimal, readText: readStoredDecimal },
  truncated: null,
  encodings: null,
  isUnbounded: true,
};

/** The power of ten that the first digit stands for decides before any digit does. */
function byWorth({ unscaled, scale }: Decimal): string {
  if (unscaled === 0n) return "1";
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  const magnitude = int64Key(digits.length - scale) + digits.replace(/0+$/, "");
  // The end of the digits is below any digit.
  return unscaled > 0n ? `2${magnitude}` : `0${complement(`${magnitude}\0`)}`;
}

function storedText(bytes: Buffer, start: number, end: number): string {
  return decimalText({
    scale: bytes.readInt32BE(start),
    unscaled: decodeVarint(bytes, start + 4, end),
  });
}

/** Other clients of Cassandra may store any value. */
function readStoredDecimal(json: unknown, issues: Issue[]): Decimal | undefined {
  const decimal = typeof json === "string" ? parseStoredDecimal(json) : undefined;
  return decimal ?? refuse(issues, "Expected the text of a decimal number");
}

function decimalSource(json: unknown): string | undefined {
  if (typeof json === "string") return json;
  if (json instanceof ExactNumber) return json.source;
  // An unsafe integer has been rounded before it came here: parseJson() gives ExactNumber for it.
  const exact = typeof json === "number" && Number.isFinite(json) &&
    (Number.isSafeInteger(json) || !Number.isInteger(json));
  return exact ? String(json) : undefined;
}

function readDecimal(text: string, issues: Issue[]): Decimal | undefined {
  return parseDecimal(text) ?? refuse(issues, EXPECTED_DECIMAL);
}
