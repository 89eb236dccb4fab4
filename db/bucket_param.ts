/**
 * Time buckets as parameters: those that `in bucket:observed_at by=month` derives from an instant, so
 * that no client can file a row under the wrong partition, and those that an `@walk` goes through.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { BucketUnit, Walk } from "../catalog/query.ts";
import { bucketName, bucketStart, hasBucket } from "../codec/bucket.ts";
import type { Codec, CqlType } from "../codec/codec.ts";

/** An instant's bytes → its bucket's; null where that has no name, as outside of the years 0000 to 9999. */
export type Bucket = (instant: Buffer) => Buffer | null;

const EPOCH_DAY = 2 ** 31;
const DAY_MS = 86_400_000;

/** Milliseconds since 1970 from the bytes of an instant, by type. */
const INSTANTS: Partial<Record<CqlType["kind"], (bytes: Buffer) => number>> = {
  timestamp: (bytes) => Number(bytes.readBigInt64BE()),
  date: (bytes) => (bytes.readUInt32BE() - EPOCH_DAY) * DAY_MS,
};

/** A bucket as JSON, by the type of its column. */
const BUCKETS: Partial<Record<CqlType["kind"], (ms: number, by: BucketUnit) => unknown>> = {
  text: bucketName,
  ascii: bucketName,
  int: (ms, by) => Number(bucketName(ms, by).replace(/\D/g, "")),
  date: (ms, by) => new Date(bucketStart(ms, by)).toISOString().slice(0, 10),
  timestamp: (ms, by) => new Date(bucketStart(ms, by)).toISOString(),
};

/** An `@walk` with what the types of its markers say. */
export interface PreparedWalk extends Walk {
  /** An end of the range in milliseconds since 1970; NaN outside of the years 0000 to 9999. */
  instantOf(bytes: Buffer): number;
  /** The bucket that begins at `start`, as it is bound; null where its type cannot name it. */
  encode(start: number): Buffer | null;
}

/** The derivation, or what stands against it. */
export function bucketFor(
  options: { of: Codec; into: Codec; by: BucketUnit },
): Bucket | string {
  const { of, into, by } = options;
  const instantOf = INSTANTS[of.type.kind];
  const encode = encoderOf(into, by);
  if (instantOf === undefined) return `Cannot derive a bucket from a value of type "${of.cql}"`;
  if (typeof encode === "string") return encode;
  return (bytes) => {
    const ms = instantOf(bytes);
    return hasBucket(ms) ? encode(ms) : null;
  };
}

/** The walk with its types, or what stands against it. */
export function prepareWalk(
  walk: Walk,
  codecs: { bucket: Codec; from: Codec; to: Codec },
): PreparedWalk | string {
  const instantOf = INSTANTS[codecs.from.type.kind];
  const encode = encoderOf(codecs.bucket, walk.by);
  if (codecs.from.cql !== codecs.to.cql) {
    return `Cannot walk from a "${codecs.from.cql}" to a "${codecs.to.cql}"`;
  }
  if (instantOf === undefined) return `Cannot walk along values of type "${codecs.from.cql}"`;
  if (typeof encode === "string") return encode;
  return {
    ...walk,
    encode,
    instantOf(bytes) {
      const ms = instantOf(bytes);
      return hasBucket(ms) ? ms : NaN;
    },
  };
}

/** An instant → its bucket's bytes; what stands against it where the type names no buckets. */
function encoderOf(into: Codec, by: BucketUnit): ((ms: number) => Buffer | null) | string {
  const bucketOf = BUCKETS[into.type.kind];
  if (bucketOf === undefined) return `Cannot derive a bucket of type "${into.cql}"`;
  if (into.type.kind === "date" && by === "hour") return "Cannot name an hour by a date";
  return (ms) => {
    // An hour of the year 2148 does not fit an "int", nor the week of 0000-01-01 a year of four digits.
    const bucket = into.input.safeParse(bucketOf(ms, by));
    return bucket.success ? into.encode(bucket.data) : null;
  };
}
