/**
 * `decimal`: a string, so that its scale survives (`1.50` is not `1.5`).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { ExactNumber } from "../json/exact_number.ts";
import { type Decimal, decimalText, MAX_DIGITS, parseDecimal, worthOf } from "../parts/decimal.ts";
import { type Issue, type PrimitiveFormat, refuse, type Schema } from "../parts/format.ts";
import { DECIMAL } from "../parts/measure.ts";
import { decodeVarint, encodeVarint } from "../parts/varint.ts";

const EXPECTED_DECIMAL =
  `Expected a decimal number of at most ${MAX_DIGITS} digits and a scale of 32 bits, ` +
  `as a string or a number`;

const DECIMAL_OUTPUT: Schema = {
  type: "string",
  format: "decimal",
  pattern: "^-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?$",
  description: "A decimal number of any size, as a string that keeps its scale",
  example: "12.50",
};

export const decimal: PrimitiveFormat<Decimal> = {
  cql: "decimal",
  category: "decimal",
  wire: { ids: [0x0006], classes: ["DecimalType"] },
  output: DECIMAL_OUTPUT,
  input: {
    ...DECIMAL_OUTPUT,
    type: ["string", "number"],
    description: `${DECIMAL_OUTPUT.description}; or a number, taken as it is written`,
  },
  text: DECIMAL_OUTPUT,
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
  decode: (bytes, start, end) =>
    decimalText({ scale: bytes.readInt32BE(start), unscaled: decodeVarint(bytes, start + 4, end) }),
  emptyIsValue: false,
  // 1.0 and 1.00 are the same element of a set.
  identity: { bytesOf: (value) => Buffer.from(worthOf(value)) },
  measure: DECIMAL,
  isTag: false,
  instantOf: null,
  bucketBy: null,
};

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
