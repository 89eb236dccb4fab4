/**
 * `uuid`, `timeuuid` and `inet`: strings in JSON, bytes from reading on.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { HYPHEN, QUOTE } from "../json/characters.ts";
import type { JsonWriter } from "../json/json_writer.ts";
import {
  fixed,
  type Format,
  instants,
  type PrimitiveFormat,
  refuse,
  type Schema,
  writePlainString,
} from "../parts/format.ts";
import { ipAddressText, parseIpAddress, parseStoredIpAddress } from "../parts/ip_address.ts";
import { byBytes } from "../parts/sort_key.ts";

/** The traits that the three types share. */
const TRAITS = {
  category: "string",
  emptyIsValue: false,
  isEqualByBytes: true,
  sortKey: byBytes,
  measure: null,
  instantOf: null,
  bucketBy: null,
  stored: null,
  truncated: null,
  encodings: null,
  isUnbounded: false,
} as const;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TIME_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const uuid: PrimitiveFormat<Buffer> = {
  ...uuidFormat(UUID, "Expected a UUID", {
    type: "string",
    format: "uuid",
    description: "A UUID (RFC 9562)",
    example: "f81d4fae-7dec-41d0-a765-00a0c91e6bf6",
  }),
  cql: "uuid",
  sortKey: byVersion,
  wire: { ids: [0x000c], classes: ["UUIDType"] },
};

export const timeuuid: PrimitiveFormat<Buffer> = {
  ...uuidFormat(TIME_UUID, "Expected a UUID of version 1", {
    type: "string",
    format: "uuid",
    description: "A UUID of version 1 (RFC 9562), which holds a time",
    example: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  }),
  cql: "timeuuid",
  sortKey: byTime,
  wire: { ids: [0x000f], classes: ["TimeUUIDType"] },
  instantOf: instants(timeOf),
};

const INET: Schema = {
  type: "string",
  description: "An IPv4 address, or an IPv6 address in the spelling of RFC 5952",
  example: "2001:db8::1",
};

const INET_INPUT: Schema = {
  ...INET,
  description:
    "An IPv4 address, or an IPv6 address without a zone; `::ffff:192.0.2.1` is the IPv4 address",
};

const inetReader = (parse: typeof parseIpAddress): Format<Buffer>["read"] => (json, issues) =>
  (typeof json === "string" ? parse(json) : undefined) ??
    refuse(issues, "Expected an IPv4 or IPv6 address");

const readInet = inetReader(parseIpAddress);
const readStoredInet = inetReader(parseStoredIpAddress);

export const inet: PrimitiveFormat<Buffer> = {
  ...TRAITS,
  cql: "inet",
  wire: { ids: [0x0010], classes: ["InetAddressType"] },
  output: INET,
  input: INET_INPUT,
  text: INET_INPUT,
  read: readInet,
  readText: readInet,
  fixed: null,
  encode: (value) => value,
  decode: ipAddressText,
  writeJson: writePlainString(ipAddressText),
  isTag: false,
  stored: { read: readStoredInet, readText: readStoredInet },
};

function uuidFormat(
  pattern: RegExp,
  expected: string,
  schema: Schema,
): Omit<PrimitiveFormat<Buffer>, "cql" | "wire"> {
  const read: Format<Buffer>["read"] = (json, issues) =>
    typeof json === "string" && pattern.test(json) ? uuidBytes(json) : refuse(issues, expected);
  return {
    ...TRAITS,
    output: schema,
    input: schema,
    text: schema,
    read,
    readText: read,
    ...fixed(16, (value, into, at) => void value.copy(into, at)),
    encode: (value) => value,
    decode: uuidText,
    writeJson: writeUuid,
    isTag: true,
  };
}

/** UUIDs of one version come one after the other, those of version 1 by their times (`UUIDType.compareCustom`). */
function byVersion(_: Buffer, bytes: Buffer): string {
  const version = bytes[6]! >> 4;
  const isTimed = version === 1;
  return String.fromCharCode(version) +
    (isTimed ? timeKey(bytes) + bytes.toString("latin1", 8) : bytes.toString("latin1"));
}

/** The last eight bytes count as signed ones (`AbstractTimeUUIDType.compareCustom`). */
function byTime(_: Buffer, bytes: Buffer): string {
  return timeKey(bytes) +
    Buffer.from(bytes.subarray(8).map((byte) => byte ^ 0x80)).toString("latin1");
}

/** The parts of the time, the highest first. */
function timeKey(bytes: Buffer): string {
  return bytes.toString("latin1", 6, 8) + bytes.toString("latin1", 4, 6) +
    bytes.toString("latin1", 0, 4);
}

/** The time of a UUID of version 1 (RFC 9562, section 5.1), cut down to whole milliseconds. */
function timeOf(bytes: Buffer): number {
  const high = (bytes.readUInt16BE(6) & 0x0fff) * 2 ** 16 + bytes.readUInt16BE(4);
  const ticks = BigInt(high) * 2n ** 32n + BigInt(bytes.readUInt32BE(0));
  return Number(ticks / TICKS_PER_MS) + GREGORIAN_EPOCH_MS;
}

/** It counts ticks of 100 ns from the first day of the Gregorian calendar, and has 60 bits for them. */
const TICKS_PER_MS = 10_000n;
const GREGORIAN_EPOCH_MS = Date.UTC(1582, 9, 15);

/** The milliseconds since 1970 that lie wholly within the times of `timeuuid`. */
export const TIMEUUID_RANGE = {
  first: GREGORIAN_EPOCH_MS,
  last: GREGORIAN_EPOCH_MS + Number(2n ** 60n / TICKS_PER_MS) - 1,
} as const;

function uuidBytes(text: string): Buffer {
  // A quarter of the time that decoding the hexadecimal as a whole takes.
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUInt32BE(parseInt(text.slice(0, 8), 16), 0);
  bytes.writeUInt32BE(parseInt(text.slice(9, 13) + text.slice(14, 18), 16), 4);
  bytes.writeUInt32BE(parseInt(text.slice(19, 23) + text.slice(24, 28), 16), 8);
  bytes.writeUInt32BE(parseInt(text.slice(28), 16), 12);
  return bytes;
}

function uuidText(bytes: Buffer, start: number, end: number): string {
  const hex = bytes.toString("hex", start, end);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-` +
    hex.slice(20);
}

/** The digits of each byte, in ASCII: the first in the upper eight bits, the second in the lower. */
const HEX = Uint16Array.from(
  { length: 256 },
  (_, byte) => Buffer.from(byte.toString(16).padStart(2, "0")).readUInt16BE(),
);
/** A UUID's bytes before which there is a hyphen. */
const HYPHENS = 0b0000_0101_0101_0000;
const UUID_BYTES = 16;

function writeUuid(bytes: Buffer, start: number, end: number, out: JsonWriter): void {
  if (end - start !== UUID_BYTES) return out.plainString(uuidText(bytes, start, end));
  out.reserve(38);
  const into = out.bytes;
  let { at } = out;
  into[at++] = QUOTE;
  for (let index = 0; index < UUID_BYTES; index++) {
    if ((HYPHENS >> index & 1) === 1) into[at++] = HYPHEN;
    const digits = HEX[bytes[start + index]!]!;
    into[at++] = digits >> 8;
    into[at++] = digits & 0xff;
  }
  into[at++] = QUOTE;
  out.at = at;
}
