/**
 * The value of `by=`: the unit of a time bucket.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import type { Report } from "../../text/source.ts";
import { suggest } from "../../text/suggest.ts";

const CALENDAR_UNITS = ["hour", "day", "week", "month", "year"] as const;

/**
 * The width of a time bucket: a unit of the calendar in UTC, weeks as in ISO 8601, or a number of hours
 * or days, counted from 1970-01-01T00:00Z.
 */
export type BucketUnit = typeof CALENDAR_UNITS[number] | `${number}h` | `${number}d`;

/** Four digits: no schema in use has wider buckets. */
const SEVERAL = /^([1-9]\d{0,3})([hd])$/;

/** The unit with that name; null if none has it. */
export function findUnit(name: string): BucketUnit | null {
  const several = SEVERAL.exec(name);
  if (several !== null) {
    const count = Number(several[1]);
    return several[2] === "h" ? `${count}h` : `${count}d`;
  }
  return CALENDAR_UNITS.find((unit) => unit === name) ?? null;
}

/** The unit that a tag names; null if it names no unit, or an unknown unit. */
export function readUnit(word: Word | undefined, report: Report): BucketUnit | null {
  if (word === undefined) return null;
  const unit = findUnit(word.text);
  if (unit === null) {
    report({
      span: word.span,
      message: `Unknown unit "${word.text}"`,
      help: /^\d/.test(word.text)
        ? 'Write hours or days from 1 to 9999, for example "6h" or "7d"'
        : suggest(word.text, CALENDAR_UNITS),
    });
  }
  return unit;
}

/** Reports a bucket whose width is not given anywhere. */
export function reportMissingUnit({ span }: Pick<Word, "span">, report: Report): void {
  report({
    span,
    message: "Missing unit of the bucket",
    help: `Add the unit, for example "by=month"`,
  });
}
