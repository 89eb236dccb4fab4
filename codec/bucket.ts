/**
 * Time buckets: the calendar stretch (UTC) that an instant falls into, its name and where it begins.
 * Time series in Cassandra keep one partition per bucket, so that no partition grows without end.
 *
 * Names sort as their buckets do: `2010`, `2010-01`, `2010-W01`, `2010-01-31`, `2010-01-31T23`.
 * Weeks are those of ISO 8601: Monday first, week 1 has the year's first Thursday.
 *
 * @module
 */
import type { BucketUnit } from "../catalog/query.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
// Names have four digits for the year, so that they sort; these are the instants that have one.
const FIRST_MS = Date.UTC(1970, 0, 1) - 719_528 * DAY_MS;
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** How a bucket's name looks, for descriptions and messages. */
export const BUCKET_EXAMPLES: Readonly<Record<BucketUnit, string>> = {
  hour: "2010-01-31T23",
  day: "2010-01-31",
  week: "2010-W04",
  month: "2010-01",
  year: "2010",
};

/** Whether an instant, in milliseconds since 1970, has buckets: it lies in the years 0000 to 9999. */
export function hasBucket(ms: number): boolean {
  return ms >= FIRST_MS && ms <= LAST_MS;
}

/** The name of the bucket that holds an instant. */
export function bucketName(ms: number, unit: BucketUnit): string {
  const text = new Date(ms).toISOString();
  switch (unit) {
    case "hour":
      return text.slice(0, 13);
    case "day":
      return text.slice(0, 10);
    case "month":
      return text.slice(0, 7);
    case "year":
      return text.slice(0, 4);
    case "week": {
      const thursday = bucketStart(ms, "week") + 3 * DAY_MS;
      const year = new Date(thursday).getUTCFullYear();
      const week = Math.floor((thursday - startOfYear(year)) / WEEK_MS) + 1;
      return `${pad(year, 4)}-W${pad(week, 2)}`;
    }
  }
}

/** The first instant of the bucket that holds an instant. */
export function bucketStart(ms: number, unit: BucketUnit): number {
  const date = new Date(ms);
  switch (unit) {
    case "hour":
      return Math.floor(ms / 3_600_000) * 3_600_000;
    case "day":
      return Math.floor(ms / DAY_MS) * DAY_MS;
    case "week": {
      // 1970-01-01 was a Thursday.
      const day = Math.floor(ms / DAY_MS);
      return (day - modulo(day + 3, 7)) * DAY_MS;
    }
    case "month":
      date.setUTCDate(1);
      return bucketStart(date.getTime(), "day");
    case "year":
      return startOfYear(date.getUTCFullYear());
  }
}

/** The first instant of the next bucket, or with `-1` of the one before. */
export function neighbourStart(start: number, unit: BucketUnit, step: 1 | -1): number {
  if (step === -1) return bucketStart(start - 1, unit);
  const longest = { hour: 3_600_000, day: DAY_MS, week: WEEK_MS, month: 31 * DAY_MS };
  const beyond = unit === "year" ? 366 * DAY_MS : longest[unit];
  return bucketStart(start + beyond, unit);
}

/** The first instant of the bucket of this name; null if no bucket of the unit is called so. */
export function parseBucketName(name: string, unit: BucketUnit): number | null {
  const match = NAME.exec(name);
  if (match === null) return null;
  const [year, month, day, hour, week] = match.slice(1).map((part) => Number(part ?? NaN));
  const start = Number.isNaN(week!)
    ? startOfYear(year!) + dayOfYear(year!, month || 1, day || 1) * DAY_MS + (hour || 0) * 3_600_000
    : bucketStart(startOfYear(year!) + 3 * DAY_MS, "week") + (week! - 1) * WEEK_MS;
  return hasBucket(start) && bucketName(start, unit) === name ? start : null;
}

const NAME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d))?)?|-W(\d\d))?$/;

function dayOfYear(year: number, month: number, day: number): number {
  const date = new Date(startOfYear(year));
  date.setUTCMonth(month - 1, day);
  return (date.getTime() - startOfYear(year)) / DAY_MS;
}

/** `Date.UTC` takes the years 0 to 99 for those of the twentieth century. */
function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1);
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

function pad(value: number, digits: number): string {
  return `${value}`.padStart(digits, "0");
}
