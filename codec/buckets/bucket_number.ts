/**
 * Time buckets as integers. Schemas in use number them in three ways: by the digits of the bucket's name
 * (`20100131`), by counting buckets from the bucket that holds 1970-01-01T00:00Z (`14640`), or by the
 * bucket's start in seconds or a smaller unit since then. All of them grow with time, before 1970 too.
 *
 * @module
 */
import type { BucketNumber, BucketUnit, EpochUnit } from "../../catalog/query.ts";
import {
  bucketName,
  FIRST_WEEK_MS,
  neighbourStart,
  parseBucketName,
  startOrNull,
  widthOf,
} from "./bucket.ts";

/** What buckets are numbered by. */
export interface NumberedBuckets {
  readonly by: BucketUnit;
  readonly number: BucketNumber;
}

/** How integers name buckets if no tag says otherwise. */
export const DEFAULT_NUMBER: BucketNumber = "digits";

const NS_PER_MS = 1_000_000n;
const NS_PER: Readonly<Record<EpochUnit, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: NS_PER_MS,
  s: 1_000_000_000n,
};

/** A count of units since 1970, to the millisecond that it lies in. */
export function msOfEpoch(count: bigint, unit: EpochUnit): number {
  const ns = count * NS_PER[unit];
  const ms = ns / NS_PER_MS;
  // Division truncates towards zero, which is the future for times before 1970.
  return Number(ns < 0n && ms * NS_PER_MS !== ns ? ms - 1n : ms);
}

/** The number of the bucket that begins at `start`. */
export function bucketNumber(start: number, { by, number }: NumberedBuckets): bigint {
  if (number === "digits") return BigInt(bucketName(start, by).replace(/\D/g, ""));
  if (number !== "count") return BigInt(start) * NS_PER_MS / NS_PER[number];
  const date = new Date(start);
  const years = date.getUTCFullYear() - 1970;
  switch (by) {
    case "year":
      return BigInt(years);
    case "month":
      return BigInt(years * 12 + date.getUTCMonth());
    case "week":
      return BigInt((start - FIRST_WEEK_MS) / WEEK_MS);
    default:
      return BigInt(start / widthOf(by));
  }
}

const WEEK_MS = neighbourStart(FIRST_WEEK_MS, "week", 1) - FIRST_WEEK_MS;

/** The start of the bucket with this number; null if no bucket has it. */
export function startOfNumber(value: bigint, { by, number }: NumberedBuckets): number | null {
  const start = number === "digits"
    ? parseBucketName(nameOfDigits(value, by), by)
    : number === "count"
    ? startOfCount(Number(value), by)
    : msOfEpoch(value, number);
  if (start === null || startOrNull(start, by) === null) return null;
  return bucketNumber(start, { by, number }) === value ? start : null;
}

function startOfCount(count: number, by: BucketUnit): number {
  switch (by) {
    case "year":
      return new Date(0).setUTCFullYear(1970 + count);
    case "month":
      return new Date(0).setUTCFullYear(1970, count);
    case "week":
      return count * WEEK_MS + FIRST_WEEK_MS;
    default:
      return count * widthOf(by);
  }
}

/** `201001` → `2010-01`. */
function nameOfDigits(value: bigint, by: BucketUnit): string {
  const template = bucketName(0, by);
  const digits = `${value}`.padStart(template.replace(/\D/g, "").length, "0");
  let at = 0;
  const name = template.replace(/\d/g, () => digits[at++] ?? "");
  return at === digits.length ? name : "";
}
