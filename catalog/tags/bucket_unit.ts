/**
 * The value of `by=`: the unit of a time bucket.
 *
 * @module
 */

import type { Word } from "../text/comment.ts";
import type { Report } from "../text/source.ts";
import { suggest } from "../text/suggest.ts";

/** The width of a time bucket, calendar units in UTC; weeks as in ISO 8601. */
export type BucketUnit = "hour" | "day" | "week" | "month" | "year";

const UNITS: readonly BucketUnit[] = ["hour", "day", "week", "month", "year"];

/** The unit with that name; null if none has it. */
export function findUnit(name: string): BucketUnit | null {
  return UNITS.find((unit) => unit === name) ?? null;
}

/** The unit that a tag names; null if it names no unit, or an unknown unit. */
export function readUnit(word: Word | undefined, report: Report): BucketUnit | null {
  if (word === undefined) return null;
  const unit = findUnit(word.text);
  if (unit === null) {
    const message = `Unknown unit "${word.text}"`;
    report({ span: word.span, message, help: suggest(word.text, UNITS) });
  }
  return unit;
}

/** Reports a bucket whose width is nowhere given. */
export function reportMissingUnit({ span }: Pick<Word, "span">, report: Report): void {
  report({
    span,
    message: "Missing unit of the bucket",
    help: `Add the unit, for example "by=month"`,
  });
}
