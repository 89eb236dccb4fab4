/**
 * Keys that sort as Cassandra sorts the values of a type. Each character of a key is a byte, so that two keys
 * compare at once, by the code of `<`, whatever they are made of.
 *
 * Source: `compareCustom` of the types in Cassandra's package `org.apache.cassandra.db.marshal`.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** Of types whose values are in the order of their unsigned bytes. */
export function byBytes(_: unknown, bytes: Buffer): string {
  return bytes.toString("latin1");
}

/** Of integers of a fixed length. */
export function bySign(_: unknown, bytes: Buffer): string {
  return String.fromCharCode(bytes[0]! ^ 0x80) + bytes.toString("latin1", 1);
}

export function int32Key(value: number): string {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bySign(value, bytes);
}

export function int64Key(value: number): string {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bySign(value, bytes);
}

/** The key that sorts the other way round. */
export function complement(key: string): string {
  return Buffer.from(Buffer.from(key, "latin1").map((byte) => 0xff - byte)).toString("latin1");
}

const [NONE, ONE] = ["\0", "\x01"];
const END = "\0\0";

/** Of a list, and whatever else compares member by member: of two that begin alike, the shorter is the first. */
export function keyOfMembers(keys: readonly string[]): string {
  return keys.map(keyOfMember).join("") + NONE;
}

/** A member where others follow; null comes first. Its zeros differ from its end. */
export function keyOfMember(key: string | null): string {
  return key === null ? NONE : `${ONE}${key.replaceAll("\0", "\0\xff")}${END}`;
}
