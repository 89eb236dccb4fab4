/**
 * Integers of any size as Java's `BigInteger` writes them: the shortest two's complement, big-endian, of
 * at least one byte, whose first bit is the sign.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** The bytes of an integer. */
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

/** The integer whose bytes are `[start, end)`; zero for none, which Cassandra takes inside a decimal. */
export function decodeVarint(bytes: Buffer, start: number, end: number): bigint {
  const length = end - start;
  if (length === 0) return 0n;
  if (length <= 6) return BigInt(bytes.readIntBE(start, length));
  return BigInt.asIntN(length * 8, BigInt(`0x${bytes.toString("hex", start, end)}`));
}
