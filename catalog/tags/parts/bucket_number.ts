/**
 * The values of `unit=` and `number=`: how an integer holds an instant, and how it names a time bucket.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import type { Report } from "../../text/source.ts";

const EPOCH_UNITS = ["s", "ms", "us", "ns"] as const;
const NUMBERS = ["digits", "count", ...EPOCH_UNITS] as const;

/** What an integer counts from 1970-01-01T00:00Z on. */
export type EpochUnit = typeof EPOCH_UNITS[number];

/**
 * How an integer names a bucket: by the digits of its name, by counting buckets from the bucket of
 * 1970-01-01T00:00Z, or by its start.
 */
export type BucketNumber = typeof NUMBERS[number];

/** What `unit=` says; null without it, and for an unknown unit, which is reported. */
export function readEpochUnit(word: Word | undefined, report: Report): EpochUnit | null {
  return readOneOf(word, { what: "unit", known: EPOCH_UNITS, report });
}

/** What `number=` says; null without it, and for an unknown word, which is reported. */
export function readBucketNumber(word: Word | undefined, report: Report): BucketNumber | null {
  return readOneOf(word, { what: "number", known: NUMBERS, report });
}

function readOneOf<Value extends string>(
  word: Word | undefined,
  { what, known, report }: {
    readonly what: string;
    readonly known: readonly Value[];
    readonly report: Report;
  },
): Value | null {
  if (word === undefined) return null;
  const value = known.find((each) => each === word.text) ?? null;
  if (value === null) {
    report({
      span: word.span,
      message: `Unknown ${what} "${word.text}"`,
      // Words this short are all alike.
      help: `Use one of ${known.map((each) => `"${each}"`).join(", ")}`,
    });
  }
  return value;
}
