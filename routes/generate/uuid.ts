/**
 * UUIDs as bytes (RFC 9562): version 4 from random bytes, version 1 from a time.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** From 1582-10-15, where the time of version 1 begins, to 1970, in steps of 100 ns (section 5.1). */
const EPOCH_TICKS = 122_192_928_000_000_000n;
const TICKS_IN_MS = 10_000n;

/** A UUID of version 4 (section 5.4) of the first 16 bytes of `random`. */
export function uuidOfRandom(random: Uint8Array): Buffer {
  const bytes = Buffer.from(random.subarray(0, 16));
  bytes[6] = bytes[6]! & 0x0f | 0x40;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  return bytes;
}

/**
 * A UUID of version 1 (section 5.1). The node is not the address of any machine, which its multicast bit
 * says (section 6.10).
 *
 * @param ticks since 1970, in steps of 100 ns
 * @param tail 8 bytes, of which 14 bits become the clock sequence and 47 bits the node
 */
export function uuidOfTime(ticks: bigint, tail: Uint8Array): Buffer {
  const time = ticks + EPOCH_TICKS;
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUInt32BE(Number(time & 0xffffffffn), 0);
  bytes.writeUInt16BE(Number(time >> 32n & 0xffffn), 4);
  bytes.writeUInt16BE(Number(time >> 48n & 0x0fffn) | 0x1000, 6);
  bytes.set(tail.subarray(0, 8), 8);
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  bytes[10] = bytes[10]! | 0x01;
  return bytes;
}

/** Milliseconds since 1970 in steps of 100 ns. */
export function ticksOfMs(ms: number): bigint {
  return BigInt(ms) * TICKS_IN_MS;
}

const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-([17])([0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** The time that a UUID of version 1 or 7 carries, in steps of 100 ns since 1970; null for any other text. */
export function ticksOfUuid(text: string): bigint | null {
  const [, first = "", second = "", version, third = ""] = UUID.exec(text) ?? [];
  if (version === "7") return ticksOfMs(parseInt(first + second, 16));
  return version === "1" ? BigInt(`0x${third}${second}${first}`) - EPOCH_TICKS : null;
}
