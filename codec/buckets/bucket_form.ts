/**
 * How the values of a type name time buckets: text by the bucket's name, an integer by its number, a
 * `date` or a `timestamp` by where it begins.
 *
 * @module
 */
import type { BucketUnit } from "../../catalog/query.ts";
import { bucketName, parseBucketName } from "./bucket.ts";
import { bucketNumber, type NumberedBuckets, startOfNumber } from "./bucket_number.ts";

/** How values name the buckets of a unit. */
export interface BucketForm {
  /** How the values are described, as in `A month (UTC), as its first day`; null if the name says it. */
  readonly manner: string | null;
  /** The bucket that begins at `start`, in milliseconds since 1970, as JSON. */
  write(start: number): unknown;
  /** Where the bucket of a value that `encode` takes begins; null if it names none. */
  read(value: unknown): number | null;
}

/** The forms of a type; null for a unit whose buckets it cannot name. */
export type BucketFormFactory = (buckets: NumberedBuckets) => BucketForm | null;

export const namedBuckets: BucketFormFactory = ({ by }) => {
  /** The buckets that were named lately: most requests are about the same few. */
  const known = new Map<string, number>();
  return {
    manner: null,
    write: (start) => bucketName(start, by),
    read(value) {
      const name = value as string;
      const knownStart = known.get(name);
      if (knownStart !== undefined) return knownStart;
      const start = parseBucketName(name, by);
      if (start === null) return null;
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(name, start);
      return start;
    },
  };
};

const MAX_KNOWN = 256;

/** @param toValue an exact integer as the codec's `input` reads it */
export function numberedBuckets(toValue: (number: bigint) => unknown): BucketFormFactory {
  return (buckets) => ({
    manner: MANNERS[buckets.number],
    write: (start) => toValue(bucketNumber(start, buckets)),
    read: (value) => startOfNumber(BigInt(value as number | bigint), buckets),
  });
}

const MANNERS: Readonly<Record<NumberedBuckets["number"], string>> = {
  digits: "the digits of its name",
  count: "its number, counted from 1970-01-01T00:00Z",
  s: "its start in seconds since 1970",
  ms: "its start in milliseconds since 1970",
  us: "its start in microseconds since 1970",
  ns: "its start in nanoseconds since 1970",
};

/** Whether buckets of the unit may begin within a day. */
export function isWithinDay(unit: BucketUnit): boolean {
  return unit === "hour" || /^\d+h$/.test(unit);
}
