/**
 * Time buckets: the stretch of time (UTC) that an instant falls into, its name and where it begins.
 * Time series in Cassandra keep one partition per bucket, so that no partition grows without end.
 *
 * Names sort as their buckets do: `2010`, `2010-01`, `2010-W01`, `2010-01-31`, `2010-01-31T23`.
 * Weeks follow ISO 8601: Monday first, week 1 has the year's first Thursday. Buckets of several
 * hours or days are counted from 1970-01-01T00:00Z, before it too, and named after their first hour or
 * day.
 *
 * @module
 */
import type { BucketUnit } from "../../catalog/query.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** The week of 1970-01-01, which was a Thursday, began on the Monday before. */
export const FIRST_WEEK_MS = -3 * DAY_MS;
// Names have four digits for the year, so that they sort; these are the instants that have one.
export const FIRST_MS = Date.UTC(1970, 0, 1) - 719_528 * DAY_MS;
export const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** An instant whose buckets are examples. */
const EXAMPLE_MS = Date.UTC(2010, 0, 31, 23);

/** Whether an instant, in milliseconds since 1970, has buckets: it lies in the years 0000 to 9999. */
export function hasBucket(ms: number): boolean {
  return ms >= FIRST_MS && ms <= LAST_MS;
}

/** The instant, where a bucket of the unit begins with it; else null. */
export function startOrNull(ms: number, unit: BucketUnit): number | null {
  return hasBucket(ms) && bucketStart(ms, unit) === ms ? ms : null;
}

/** The start of the bucket that stands for others in descriptions and messages. */
export function exampleStart(unit: BucketUnit): number {
  return bucketStart(EXAMPLE_MS, unit);
}

/** A bucket of the unit in words: `a month`, `a bucket of 6 hours`. */
export function bucketPhrase(unit: BucketUnit): string {
  const noun = bucketNoun(unit);
  return `${noun === "hour" ? "an" : "a"} ${noun}`;
}

/** What buckets of the unit are called: `month`, `bucket of 6 hours`. */
export function bucketNoun(unit: BucketUnit): string {
  const several = severalOf(unit);
  if (several === null) return unit;
  return `bucket of ${several.count} ${several.of}${several.count === 1 ? "" : "s"}`;
}

/** The plural of `bucketNoun()`. */
export function bucketNouns(unit: BucketUnit): string {
  return bucketNoun(unit).replace(/^\w+/, (word) => `${word}s`);
}

/** The name of the bucket that holds an instant. */
export function bucketName(ms: number, unit: BucketUnit): string {
  const start = bucketStart(ms, unit);
  const text = new Date(start).toISOString();
  switch (unit) {
    case "year":
      return text.slice(0, 4);
    case "month":
      return text.slice(0, 7);
    case "week": {
      const thursday = start + 3 * DAY_MS;
      const year = new Date(thursday).getUTCFullYear();
      const week = Math.floor((thursday - startOfYear(year)) / WEEK_MS) + 1;
      return `${String(year).padStart(4, "0")}-W${String(week).padStart(2, "0")}`;
    }
    default:
      return text.slice(0, unit === "hour" || unit.endsWith("h") ? 13 : 10);
  }
}

/** The first instant of the bucket that holds an instant. */
export function bucketStart(ms: number, unit: BucketUnit): number {
  switch (unit) {
    case "week":
      return floorTo(ms - FIRST_WEEK_MS, WEEK_MS) + FIRST_WEEK_MS;
    case "month": {
      const date = new Date(ms);
      date.setUTCDate(1);
      return floorTo(date.getTime(), DAY_MS);
    }
    case "year":
      return startOfYear(new Date(ms).getUTCFullYear());
    default:
      return floorTo(ms, widthOf(unit));
  }
}

/** The first instant of the next bucket; with `-1`, of the previous one. */
export function neighbourStart(start: number, unit: BucketUnit, step: 1 | -1): number {
  if (step === -1) return bucketStart(start - 1, unit);
  switch (unit) {
    case "week":
      return start + WEEK_MS;
    case "month":
      return bucketStart(start + 31 * DAY_MS, unit);
    case "year":
      return bucketStart(start + 366 * DAY_MS, unit);
    default:
      return start + widthOf(unit);
  }
}

/** The first instant of the bucket of this name; null if no bucket of the unit is called so. */
export function parseBucketName(name: string, unit: BucketUnit): number | null {
  const match = NAME.exec(name);
  if (match === null) return null;
  const [year, month, day, hour, week] = match.slice(1).map((part) => Number(part ?? NaN));
  const start = Number.isNaN(week!)
    ? startOfYear(year!) + dayOfYear(year!, month || 1, day || 1) * DAY_MS + (hour || 0) * HOUR_MS
    : bucketStart(startOfYear(year!) + 3 * DAY_MS, "week") + (week! - 1) * WEEK_MS;
  return hasBucket(start) && bucketName(start, unit) === name ? start : null;
}

/** The length of buckets that are equally long, in milliseconds. */
export function widthOf(unit: Exclude<BucketUnit, "week" | "month" | "year">): number {
  if (unit === "hour") return HOUR_MS;
  if (unit === "day") return DAY_MS;
  return parseInt(unit) * (unit.endsWith("h") ? HOUR_MS : DAY_MS);
}

const NAME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d))?)?|-W(\d\d))?$/;

/** What a unit such as `6h` counts; null for a unit of the calendar. */
function severalOf(unit: BucketUnit): { count: number; of: "hour" | "day" } | null {
  const count = parseInt(unit);
  return Number.isNaN(count) ? null : { count, of: unit.endsWith("h") ? "hour" : "day" };
}

function dayOfYear(year: number, month: number, day: number): number {
  const date = new Date(startOfYear(year));
  date.setUTCMonth(month - 1, day);
  return (date.getTime() - startOfYear(year)) / DAY_MS;
}

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1);
}

/** The multiple of the width at or before a value, which may be negative. */
function floorTo(value: number, width: number): number {
  return Math.floor(value / width) * width;
}
