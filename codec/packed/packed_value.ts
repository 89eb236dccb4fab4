/**
 * A bound value as the native protocol has it: its length in four bytes, then its bytes. Null and UNSET have a
 * length less than zero (version 4, section 3, `[value]`), so that no two lists of values have the same bytes.
 *
 * @module
 */
import type { Buffer } from "node:buffer";

/** A value: its bytes, null, or undefined if it is left unset. */
export type Value = Buffer | null | undefined;

export const LENGTH_BYTES = 4;
export const NULL = -1;
const UNSET = -2;

/** The length that stands before a value. */
export function lengthOf(value: Value): number {
  return value ? value.length : value === null ? NULL : UNSET;
}

/** The bytes that a value takes, its length included. */
export function packedSize(value: Value): number {
  return LENGTH_BYTES + (value?.length ?? 0);
}

/** Writes a value after its length. @returns where the next one begins */
export function packValue(value: Value, bytes: Buffer, at: number): number {
  const start = bytes.writeInt32BE(lengthOf(value), at);
  return value ? start + value.copy(bytes, start) : start;
}
