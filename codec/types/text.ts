/**
 * `text`, `ascii`, `blob` and `boolean`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Encoding } from "../../catalog/tags/input/options/encoding_option.ts";
import { namedBuckets } from "../buckets/bucket_form.ts";
import {
  fixed,
  type Format,
  type Issue,
  type PrimitiveFormat,
  refuse,
  type Schema,
  writePlainString,
} from "../parts/format.ts";
import { CHARACTERS } from "../parts/measure.ts";
import { byBytes } from "../parts/sort_key.ts";
import { writeBase64 } from "../parts/write_base64.ts";

/** The traits of types whose JSON is a string as long as the value. */
const TRAITS = {
  category: "string",
  fixed: null,
  emptyIsValue: true,
  isEqualByBytes: true,
  sortKey: byBytes,
  isTag: false,
  instantOf: null,
  stored: null,
  truncated: null,
  encodings: null,
  isUnbounded: false,
} as const;

const TEXT: Schema = { type: "string", description: "Text", example: "Reykjavík" };

export const text: PrimitiveFormat<string> = {
  ...TRAITS,
  cql: "text",
  // The protocol knows it by two names: "text" and "varchar".
  wire: { ids: [0x000a, 0x000d], classes: ["UTF8Type"] },
  output: TEXT,
  input: TEXT,
  text: TEXT,
  read: readText,
  readText,
  encode: (value) => Buffer.from(value, "utf8"),
  decode: (bytes, start, end) => bytes.toString("utf8", start, end),
  writeJson: (bytes, start, end, out) => out.string(bytes, start, end),
  measure: CHARACTERS,
  bucketBy: namedBuckets,
};

const ASCII: Schema = {
  type: "string",
  pattern: "^[\\x00-\\x7F]*$",
  description: "Text of ASCII characters",
  example: "Reykjavik",
};

export const ascii: PrimitiveFormat<string> = {
  ...TRAITS,
  cql: "ascii",
  wire: { ids: [0x0001], classes: ["AsciiType"] },
  output: ASCII,
  input: ASCII,
  text: ASCII,
  read: readAscii,
  readText: readAscii,
  encode: (value) => Buffer.from(value, "latin1"),
  decode: (bytes, start, end) => bytes.toString("latin1", start, end),
  writeJson: (bytes, start, end, out) => out.string(bytes, start, end, "latin1"),
  measure: CHARACTERS,
  bucketBy: namedBuckets,
};

const BLOB: Schema = {
  type: "string",
  contentEncoding: "base64",
  description: "Bytes in base64 (RFC 4648, section 4), with padding",
  example: "yv66vg==",
};

export const blob: PrimitiveFormat<Buffer> = {
  ...TRAITS,
  cql: "blob",
  wire: { ids: [0x0003], classes: ["BytesType"] },
  output: BLOB,
  input: BLOB,
  text: BLOB,
  read: readBlob,
  readText: readBlob,
  encode: (value) => value,
  decode: (bytes, start, end) => bytes.toString("base64", start, end),
  writeJson: writeBase64,
  measure: null,
  bucketBy: null,
  encodings: {
    base64url: bytesAs("base64url", {
      form: /^[A-Za-z0-9_-]*$/,
      phrase: "base64url without padding",
      description: "Bytes in base64url (RFC 4648, section 5), without padding",
      example: "yv66vg",
    }),
    hex: bytesAs("hex", {
      form: /^[0-9A-Fa-f]*$/,
      phrase: "hexadecimal digits, two for each byte",
      description: "Bytes in hexadecimal digits (RFC 4648, section 8)",
      example: "cafebabe",
    }),
  },
};

const BOOLEAN: Schema = { type: "boolean", description: "True or false", example: true };
const EXPECTED_BOOLEAN = "Expected true or false";

export const boolean: PrimitiveFormat<boolean> = {
  cql: "boolean",
  category: "boolean",
  wire: { ids: [0x0004], classes: ["BooleanType"] },
  output: BOOLEAN,
  input: BOOLEAN,
  text: BOOLEAN,
  read: (json, issues) => typeof json === "boolean" ? json : refuse(issues, EXPECTED_BOOLEAN),
  readText(text, issues) {
    if (text === "true") return true;
    return text === "false" ? false : refuse(issues, EXPECTED_BOOLEAN);
  },
  ...fixed(1, (value, into, at) => into.writeUInt8(value ? 1 : 0, at)),
  decode: (bytes, start) => bytes.readUInt8(start) !== 0,
  writeJson: (bytes, start, _, out) => out.ascii(bytes[start] === 0 ? "false" : "true"),
  emptyIsValue: false,
  isEqualByBytes: true,
  sortKey: byBytes,
  measure: null,
  stored: null,
  truncated: null,
  encodings: null,
  isUnbounded: false,
  isTag: false,
  instantOf: null,
  bucketBy: null,
};

function readText(json: unknown, issues: Issue[]): string | undefined {
  if (typeof json !== "string") return refuse(issues, "Expected a string");
  // UTF-8 has no lone surrogates: they would be replaced without a word.
  return json.isWellFormed()
    ? json
    : refuse(issues, "Expected a string without lone surrogates, which UTF-8 cannot hold");
}

function readAscii(json: unknown, issues: Issue[]): string | undefined {
  // In UTF-8, only ASCII takes one byte for each UTF-16 code unit.
  return typeof json === "string" && Buffer.byteLength(json, "utf8") === json.length
    ? json
    : refuse(issues, "Expected a string of ASCII characters");
}

/** How bytes are written, in an encoding whose characters JSON does not escape. */
function bytesIn(encoding: Encoding): Pick<Format<Buffer>, "decode" | "writeJson"> {
  const decode = (bytes: Buffer, start: number, end: number) =>
    bytes.toString(encoding, start, end);
  return { decode, writeJson: writePlainString(decode) };
}

/** The decoder takes a microsecond for each character that is not base64. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function readBlob(json: unknown, issues: Issue[]): Buffer | undefined {
  if (typeof json === "string" && BASE64.test(json)) {
    // The decoder also takes other spellings: only the canonical one comes back the same.
    const bytes = Buffer.from(json, "base64");
    if (bytes.toString("base64") === json) return bytes;
  }
  return refuse(issues, "Expected a string in base64 with padding");
}

/** Bytes in a spelling other than base64: a value goes out as it came in, except for the case of hex digits. */
function bytesAs(
  encoding: Encoding,
  { form, phrase, description, example }: {
    readonly form: RegExp;
    readonly phrase: string;
    readonly description: string;
    readonly example: string;
  },
) {
  const schema: Schema = {
    type: "string",
    contentEncoding: encoding === "hex" ? "base16" : encoding,
    description,
    example,
  };
  function read(json: unknown, issues: Issue[]): Buffer | undefined {
    if (typeof json === "string" && form.test(json)) {
      const bytes = Buffer.from(json, encoding);
      const again = bytes.toString(encoding);
      if (again === (encoding === "hex" ? json.toLowerCase() : json)) return bytes;
    }
    return refuse(issues, `Expected a string in ${phrase}`);
  }
  return {
    output: schema,
    input: schema,
    text: schema,
    read,
    readText: read,
    ...bytesIn(encoding),
  };
}
