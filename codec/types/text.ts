/**
 * `text`, `ascii`, `blob` and `boolean`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { fixed, type Format, type Issue, refuse, type Schema } from "../parts/format.ts";

const TEXT: Schema = { type: "string", description: "Text", example: "Reykjavík" };

export const text: Format<string> = {
  cql: "text",
  output: TEXT,
  input: TEXT,
  text: TEXT,
  emptyIsValue: true,
  read: readText,
  readText,
  encode: (value) => Buffer.from(value, "utf8"),
  decode: (bytes, start, end) => bytes.toString("utf8", start, end),
};

const ASCII: Schema = {
  type: "string",
  pattern: "^[\\x00-\\x7F]*$",
  description: "Text of ASCII characters",
  example: "Reykjavik",
};

export const ascii: Format<string> = {
  cql: "ascii",
  output: ASCII,
  input: ASCII,
  text: ASCII,
  emptyIsValue: true,
  read: readAscii,
  readText: readAscii,
  encode: (value) => Buffer.from(value, "latin1"),
  decode: (bytes, start, end) => bytes.toString("latin1", start, end),
};

const BLOB: Schema = {
  type: "string",
  contentEncoding: "base64",
  description: "Bytes in base64 (RFC 4648, section 4), with padding",
  example: "yv66vg==",
};

export const blob: Format<Buffer> = {
  cql: "blob",
  output: BLOB,
  input: BLOB,
  text: BLOB,
  emptyIsValue: true,
  read: readBlob,
  readText: readBlob,
  encode: (value) => value,
  decode: (bytes, start, end) => bytes.toString("base64", start, end),
};

const BOOLEAN: Schema = { type: "boolean", description: "True or false", example: true };
const EXPECTED_BOOLEAN = "Expected true or false";

export const boolean: Format<boolean> = {
  cql: "boolean",
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
