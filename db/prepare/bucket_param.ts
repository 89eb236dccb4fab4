/**
 * Time buckets as parameters: derived from an instant by `in bucket:observed_at by=month`, so that no
 * client can file a row under the wrong partition.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { BucketUnit } from "../../catalog/query.ts";
import { bucketName, bucketStart, hasBucket } from "../../codec/bucket.ts";
import type { Codec, CqlType } from "../../codec/codec.ts";

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

/** The derivation, or what stands against it. */
export function bucketFor(
  options: { of: Codec; into: Codec; by: BucketUnit },
): Bucket | string {
  const { of, into, by } = options;
  const instantOf = instantReader(of);
  const encode = bucketEncoder(into, by);
  if (instantOf === null) return `Cannot derive a bucket from a value of type "${of.cql}"`;
  if (typeof encode === "string") return encode;
  return (bytes) => {
    const ms = instantOf(bytes);
    return Number.isNaN(ms) ? null : encode(ms);
  };
}

/**
 * The bytes of an instant → milliseconds since 1970, NaN outside of the years 0000 to 9999; null where
 * the type has no instants.
 */
export function instantReader({ type }: Codec): ((bytes: Buffer) => number) | null {
  const instantOf = INSTANTS[type.kind];
  if (instantOf === undefined) return null;
  return (bytes) => {
    const ms = instantOf(bytes);
    return hasBucket(ms) ? ms : NaN;
  };
}

/** An instant → its bucket's bytes; what stands against it where the type names no buckets. */
export function bucketEncoder(
  into: Codec,
  by: BucketUnit,
): ((ms: number) => Buffer | null) | string {
  const bucketOf = BUCKETS[into.type.kind];
  if (bucketOf === undefined) return `Cannot derive a bucket of type "${into.cql}"`;
  if (into.type.kind === "date" && by === "hour") return "Cannot name an hour by a date";
  return (ms) => {
    // An hour of the year 2148 does not fit an "int", nor the week of 0000-01-01 a year of four digits.
    const bucket = into.input.safeParse(bucketOf(ms, by));
    return bucket.success ? into.encode(bucket.data) : null;
  };
}
