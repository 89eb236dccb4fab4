/**
 * Time buckets as parameters: derived from an instant by `in bucket:observed_at by=month`, so that no
 * client can file a row under the wrong partition.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { BucketUnit } from "../../catalog/query.ts";
import { hasBucket } from "../../codec/bucket.ts";
import type { Codec } from "../../codec/codec.ts";

/** An instant's bytes → its bucket's; null if that has no name, as outside the years 0000 to 9999. */
export type Bucket = (instant: Buffer) => Buffer | null;

/** The derivation, or the reason it cannot be made. */
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
 * The bytes of an instant → milliseconds since 1970, NaN outside the years 0000 to 9999; null if
 * the type holds no instants.
 */
export function instantReader({ instantOf }: Codec): ((bytes: Buffer) => number) | null {
  if (instantOf === null) return null;
  return (bytes) => {
    const ms = instantOf(bytes);
    return hasBucket(ms) ? ms : NaN;
  };
}

/** Maps an instant to its bucket's bytes, or to the reason the type cannot hold that bucket. */
export function bucketEncoder(
  into: Codec,
  by: BucketUnit,
): ((ms: number) => Buffer | null) | string {
  if (into.bucketBy === null) return `Cannot derive a bucket of type "${into.cql}"`;
  const bucketOf = into.bucketBy(by);
  if (bucketOf === null) return `Cannot name the ${by} of an instant by a "${into.cql}"`;
  return (ms) => {
    // An hour of the year 2148 does not fit an "int", nor the week of 0000-01-01 a year of four digits.
    const bucket = into.input.safeParse(bucketOf(ms));
    return bucket.success ? into.encode(bucket.data) : null;
  };
}
