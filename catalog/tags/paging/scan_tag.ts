/**
 * The `@scan 64 from=:start_token to=:end_token` tag, as far as it can be judged by itself. Whether the statement reads
 * such ranges is for `checks/paging/scan_markers.ts`.
 *
 * @module
 */

import { part, type Word } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import { readCount } from "../parts/count.ts";
import type { QueryTag } from "../tag.ts";
import { readOptions, type TagLine } from "../tag_line.ts";

/** How a `:many` query reads a whole table in ranges, which workers share. */
export interface Scan {
  /** How many there are. */
  readonly ranges: number;
  /** The markers of the tokens between which a range lies, the end included. */
  readonly from: string;
  readonly to: string;
  readonly span: Span;
}

/** What is missing or unknown is null. */
export interface ScanTag {
  readonly ranges: number | null;
  /** The markers without their colons. */
  readonly from: Word | null;
  readonly to: Word | null;
  readonly span: Span;
}

/** What a route with the tag reads from the query. */
export const SCAN_PARAMETERS: readonly string[] = ["range", "ranges"];

/** More than any job needs: a range costs a query to every replica, however few rows it has. */
const MAX_RANGES = 65_536;

const EXAMPLE = `"@scan 64 from=:start_token to=:end_token"`;

export const scanTag: QueryTag<ScanTag, Scan | null> = {
  repeats: false,
  read: readScan,
  /** Also null where the tag lacks something, which is reported. */
  settle(tag) {
    if (tag === null) return null;
    const { ranges, from, to, span } = tag;
    if (ranges === null || from === null || to === null) return null;
    return { ranges, from: from.text, to: to.text, span };
  },
};

function readScan(line: TagLine, report: Report): ScanTag {
  const [first, ...others] = line.words;
  const isCount = first !== undefined && !first.text.includes("=");
  const options = readOptions(isCount ? others : line.words, { keys: ["from", "to"], report });
  if (!isCount) {
    report({
      span: line.nameSpan,
      message: "Missing number of ranges",
      help: `Write it after the tag, as ${EXAMPLE}`,
    });
  }
  return {
    ranges: isCount ? readRanges(first, report) : null,
    from: readEnd(options.from, { key: "from", nameSpan: line.nameSpan, report }),
    to: readEnd(options.to, { key: "to", nameSpan: line.nameSpan, report }),
    span: line.span,
  };
}

function readRanges(word: Word, report: Report): number | null {
  const ranges = readCount(word, { things: "ranges", report });
  if (ranges === null || ranges <= MAX_RANGES) return ranges;
  report({
    span: word.span,
    message: `Cannot use "${word.text}" as a number of ranges: there may be ${MAX_RANGES}`,
    help: "Use fewer ranges, for example 16 for each worker",
  });
  return null;
}

function readEnd(
  word: Word | undefined,
  { key, nameSpan, report }: {
    readonly key: "from" | "to";
    readonly nameSpan: Span;
    readonly report: Report;
  },
): Word | null {
  if (word === undefined) {
    report({
      span: nameSpan,
      message: `Missing "${key}"`,
      help: `Name the marker of a token, as ${EXAMPLE}`,
    });
    return null;
  }
  if (word.text.startsWith(":")) {
    return part(word.span, 1, word.text.length - 1);
  }
  report({
    span: word.span,
    message: `Cannot use "${word.text}" as an end of the ranges: no colon before the name`,
    help: `Write the marker as "${key}=:${word.text}"`,
  });
  return word;
}
