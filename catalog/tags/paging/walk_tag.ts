/**
 * The `@walk month from=:since to=:until order=desc by=month unit=ms number=digits max=366` tag, as far
 * as it can be judged by itself. Whether the statement has such markers is for `checks/paging/walk_markers.ts`.
 *
 * @module
 */

import { part, type Word } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import { suggest } from "../../text/suggest.ts";
import {
  type BucketNumber,
  type EpochUnit,
  readBucketNumber,
  readEpochUnit,
} from "../parts/bucket_number.ts";
import { type BucketUnit, findUnit, readUnit, reportMissingUnit } from "../parts/bucket_unit.ts";
import { readCount } from "../parts/count.ts";
import type { QueryTag } from "../tag.ts";
import { readOptions, type TagLine } from "../tag_line.ts";

/** How a `:many` query reads the time buckets of a range, one partition after another. */
export interface Walk {
  /** The marker that each bucket is bound to. */
  readonly bucket: string;
  readonly by: BucketUnit;
  /** The unit of the ends; null if their type says it. */
  readonly unit: EpochUnit | null;
  /** How an integer names a bucket; null if the tag does not say. */
  readonly number: BucketNumber | null;
  /** The markers of the range's ends, both inclusive as far as buckets go. */
  readonly from: string;
  readonly to: string;
  /** By time; the rows inside a bucket must come in the same order. */
  readonly order: "asc" | "desc";
  /** Buckets that one request may span. */
  readonly max: number;
  readonly span: Span;
}

/** What is missing or unknown is null. */
export interface WalkTag {
  /** The markers without their colons. */
  readonly bucket: Word | null;
  readonly from: Word | null;
  readonly to: Word | null;
  readonly by: BucketUnit | null;
  readonly unit: EpochUnit | null;
  readonly number: BucketNumber | null;
  readonly order: Walk["order"] | null;
  readonly max: number;
  readonly span: Span;
}

/** The buckets that a request may span without `max=`: a year of days. */
const DEFAULT_MAX = 366;

const ORDERS: readonly Walk["order"][] = ["asc", "desc"];
const KEYS = ["from", "to", "order", "by", "unit", "number", "max"] as const;

export const walkTag: QueryTag<WalkTag, Walk | null> = {
  repeats: false,
  read: readWalk,
  /** Also null where the tag lacks something, which is reported. */
  settle(tag) {
    if (tag === null) return null;
    const { bucket, by, unit, number, from, to, order, max, span } = tag;
    if (!bucket || by === null || from === null || to === null || order === null) return null;
    return {
      bucket: bucket.text,
      by,
      unit,
      number,
      from: from.text,
      to: to.text,
      order,
      max,
      span,
    };
  },
};

function readWalk(line: TagLine, report: Report): WalkTag | null {
  const [first, ...others] = line.words;
  if (first === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing bucket and range",
      help: `Write them as "@walk month from=:since to=:until order=desc"`,
    });
    return null;
  }
  const hasBucket = !first.text.includes("=");
  if (!hasBucket) {
    report({
      span: line.nameSpan,
      message: "Missing bucket",
      help: `Name its marker after the tag, for example "@walk month ${line.words[0]!.text}"`,
    });
  }
  const bucket = hasBucket ? readBucket(first, report) : null;
  const options = readOptions(hasBucket ? others : line.words, { keys: KEYS, report });
  const place = { nameSpan: line.nameSpan, report };
  return {
    bucket,
    from: readEnd(options.from, { key: "from", example: ":since", ...place }),
    to: readEnd(options.to, { key: "to", example: ":until", ...place }),
    by: readBy(bucket, options.by, report),
    unit: readEpochUnit(options.unit, report),
    number: readBucketNumber(options.number, report),
    order: readOrder(options.order, place),
    max: readCount(options.max, { things: "buckets", report }) ?? DEFAULT_MAX,
    span: line.span,
  };
}

function readBucket(word: Word, report: Report): Word {
  if (!word.text.startsWith(":")) return word;
  report({
    span: word.span,
    message: `Cannot use "${word.text}" as the bucket: a colon before the name`,
    help: `Write it as "${word.text.slice(1)}"`,
  });
  return part(word.span, 1, word.text.length - 1);
}

interface TagPlace {
  readonly nameSpan: Span;
  readonly report: Report;
}

function readEnd(
  word: Word | undefined,
  { key, example, nameSpan, report }: TagPlace & {
    readonly key: "from" | "to";
    readonly example: string;
  },
): Word | null {
  if (word === undefined) {
    report({
      span: nameSpan,
      message: `Missing "${key}"`,
      help: `Name the marker of the range's ${
        key === "from" ? "start" : "end"
      }, as "${key}=${example}"`,
    });
    return null;
  }
  if (word.text.startsWith(":")) {
    return { text: word.text.slice(1), span: word.span };
  }
  report({
    span: word.span,
    message: `Cannot use "${word.text}" as an end of the range: no colon before the name`,
    help: `Write the marker as "${key}=:${word.text}"`,
  });
  return word;
}

/** A bucket with the name of a unit has that unit. */
function readBy(
  bucket: Word | null,
  by: Word | undefined,
  report: Report,
): BucketUnit | null {
  if (by !== undefined) return readUnit(by, report);
  const unit = bucket === null ? null : findUnit(bucket.text);
  if (bucket !== null && unit === null) reportMissingUnit(bucket, report);
  return unit;
}

function readOrder(
  word: Word | undefined,
  { nameSpan, report }: TagPlace,
): Walk["order"] | null {
  if (word === undefined) {
    report({
      span: nameSpan,
      message: `Missing "order"`,
      help: `Say in which order the rows of a bucket come, as "order=desc"`,
    });
    return null;
  }
  const order = ORDERS.find((order) => order === word.text) ?? null;
  if (order === null) {
    report({
      span: word.span,
      message: `Unknown order "${word.text}"`,
      help: suggest(word.text, ORDERS),
    });
  }
  return order;
}
