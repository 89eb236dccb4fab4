/**
 * Cassandra's variable-length integers: the number of leading one bits of the first byte is the
 * number of bytes that follow it (section 3 of the native protocol specification, version 5).
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** The bytes of an unsigned 64-bit integer: one to nine. */
export function encodeVint(value: bigint): Buffer {
  const length = Math.min(9, Math.ceil(value.toString(2).length / 7));
  const bytes = Buffer.alloc(length);
  let rest = value;
  for (let index = length - 1; index >= 0; index--) {
    bytes[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  bytes[0] = (bytes[0] ?? 0) | (0xff00 >> (length - 1)) & 0xff;
  return bytes;
}

/** How many bytes the integer takes that begins with this one. */
export function vintLength(firstByte: number): number {
  return 1 + Math.clz32((~firstByte & 0xff) << 24 | 0x0080_0000);
}

/** The unsigned 64-bit integer at `start`. */
export function decodeVint(bytes: Buffer, start: number): bigint {
  const firstByte = bytes.readUInt8(start);
  const length = vintLength(firstByte);
  let value = BigInt(firstByte & (0xff >> length));
  for (let index = start + 1; index < start + length; index++) {
    value = value << 8n | BigInt(bytes.readUInt8(index));
  }
  return value;
}

/** Folds a signed 64-bit integer into an unsigned one that is small if its magnitude is small. */
export function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}

/** The signed integer that `zigzag()` folded. */
export function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}
