/**
 * What makes two reads of one statement identical: the bytes of every bound value, and how much of the answer
 * the reader takes, from where on. How many rows are fetched at once is no part of it: that follows the width of
 * the rows that others have read, and any number up to what the reader takes is an answer. A cached identity is in
 * one piece of memory.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { LENGTH_BYTES, lengthOf, packedSize, packValue } from "../../codec/packed/packed_value.ts";
import type { BoundValues } from "../driver/internals/driver_types.ts";

export interface ReadIdentity {
  /** By position; null and UNSET differ from each other and from no bytes. */
  readonly bound: BoundValues;
  /** Rows that the reader takes at most, however many are fetched at once; zero for all of them. */
  readonly maxRows: number;
  /** Bytes of rows at most. */
  readonly maxBytes: number;
  /** Undefined at the beginning. */
  readonly pagingState: Buffer | undefined;
}

const PRIME = 0x01000193;
const UNSET = 0x80000001 | 0;
const NULL = 0x80000002 | 0;

/**
 * A hash of 32 bits (FNV-1a).
 *
 * @param seed random, so that nobody can prepare values that have the same hash
 */
export function hashOf({ bound, maxRows, pagingState }: ReadIdentity, seed: number): number {
  let hash = mix(seed, maxRows);
  for (let index = 0; index < bound.length; index++) hash = mixBytes(hash, bound[index]);
  return pagingState === undefined ? hash : mixBytes(hash, pagingState);
}

function mix(hash: number, number: number): number {
  return Math.imul(hash ^ number, PRIME);
}

function mixBytes(seed: number, bytes: Buffer | null | undefined): number {
  if (bytes === undefined) return mix(seed, UNSET);
  if (bytes === null) return mix(seed, NULL);
  // The length keeps the end of a value apart from the beginning of the next.
  let hash = mix(seed, bytes.length);
  for (let index = 0; index < bytes.length; index++) hash = mix(hash, bytes[index]!);
  return hash;
}

export function isSameRead(one: ReadIdentity, other: ReadIdentity): boolean {
  if (one.maxRows !== other.maxRows || one.maxBytes !== other.maxBytes) return false;
  if (one.bound.length !== other.bound.length) return false;
  for (let index = 0; index < one.bound.length; index++) {
    if (!isSameValue(one.bound[index], other.bound[index])) return false;
  }
  return isSameValue(one.pagingState, other.pagingState);
}

function isSameValue(
  one: Buffer | null | undefined,
  other: Buffer | null | undefined,
): boolean {
  if (one === other) return true;
  return one != null && other != null && one.equals(other);
}

/** An identity whose values stand one after the other, each after its length. */
export interface PackedIdentity {
  readonly count: number;
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly bytes: Buffer;
  /** Where it begins in the bytes. */
  readonly start: number;
}

/** The bytes that an identity takes when it is packed. */
export function packedLengthOf({ bound, pagingState }: ReadIdentity): number {
  let length = packedSize(pagingState);
  for (const value of bound) length += packedSize(value);
  return length;
}

/** Writes a copy of the identity into these bytes, which have room for it. */
export function packIdentity(
  { bound, maxRows, maxBytes, pagingState }: ReadIdentity,
  bytes: Buffer,
  start: number,
): PackedIdentity {
  let at = start;
  for (const value of [...bound, pagingState]) at = packValue(value, bytes, at);
  return { count: bound.length, maxRows, maxBytes, bytes, start };
}

export function isSamePacked(packed: PackedIdentity, identity: ReadIdentity): boolean {
  const { bound, maxRows, maxBytes, pagingState } = identity;
  if (packed.maxRows !== maxRows || packed.maxBytes !== maxBytes) return false;
  if (packed.count !== bound.length) return false;
  const { bytes } = packed;
  let at = packed.start;
  for (let index = 0; index <= bound.length; index++) {
    const value = index < bound.length ? bound[index] : pagingState;
    if (bytes.readInt32BE(at) !== lengthOf(value)) return false;
    at += LENGTH_BYTES;
    if (!value) continue;
    const end = at + value.length;
    if (value.compare(bytes, at, end) !== 0) return false;
    at = end;
  }
  return true;
}
