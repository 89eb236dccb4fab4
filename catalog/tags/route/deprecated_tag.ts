/**
 * The `@deprecated since=2026-01-01 sunset=2026-12-31: reason` tag: since when clients should leave a route,
 * when it is expected to go, and what to do instead (RFC 9745, RFC 8594). Days begin at midnight UTC.
 *
 * @module
 */

import { part, type Word } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import { isCalendarDate } from "../parts/calendar_date.ts";
import type { QueryTag } from "../tag.ts";
import { readOptions, type TagLine } from "../tag_line.ts";

/** The announcement that a route will go away. */
export interface Deprecation {
  /** A day, such as "2026-01-01"; it may lie ahead. */
  readonly since: string;
  /** The day from which the route may be gone, not before `since`; null if that is open. */
  readonly sunset: string | null;
  /** For people: why, and what to use instead. */
  readonly reason: string;
}

export interface DeprecatedTag extends Deprecation {
  readonly span: Span;
}

const EXAMPLE = '@deprecated since=2026-01-01 sunset=2026-12-31: use "/v2/stations"';

/** Null for a query that is not deprecated. */
export const deprecatedTag: QueryTag<DeprecatedTag, Deprecation | null> = {
  repeats: false,
  about: "either",
  read: readDeprecated,
  settle: (tag) => tag,
};

function readDeprecated(line: TagLine, report: Report): DeprecatedTag {
  const { words, reason } = splitAtColon(line);
  if (reason === "") {
    report({
      span: line.nameSpan,
      message: 'Missing reason of "@deprecated"',
      help: `Say after a colon what to use instead, for example '${EXAMPLE}'`,
    });
  }
  const options = readOptions(words, { keys: ["since", "sunset"], report });
  if (options.since === undefined && !words.some(({ text }) => text.startsWith("since="))) {
    report({
      span: line.nameSpan,
      message: 'Missing "since"',
      help: `Say since when it is deprecated, for example '${EXAMPLE}'`,
    });
  }
  const since = readDate(options.since, report);
  const sunset = readDate(options.sunset, report);
  if (since !== null && sunset !== null && sunset < since) {
    report({
      span: options.sunset!.span,
      message: `Cannot use sunset "${sunset}": it is before the deprecation on "${since}"`,
      help: "Leave clients time between the two days",
    });
  }
  return { since: since ?? "", sunset, reason, span: line.span };
}

/** What comes before the first colon, as words, and what comes after it. */
function splitAtColon({ words, span }: TagLine): { words: readonly Word[]; reason: string } {
  const at = words.findIndex(({ text }) => text.includes(":"));
  const straddling = words[at];
  if (straddling === undefined) {
    // Without a colon, the options come first, and the rest was meant to be the reason.
    const end = words.findIndex(({ text }) => !text.includes("="));
    return { words: end === -1 ? words : words.slice(0, end), reason: "" };
  }
  const { text, span: { start } } = straddling;
  const length = text.indexOf(":");
  const before = length === 0 ? [] : [part(straddling.span, 0, length)];
  const reason = span.file.text.slice(start + length + 1, span.end).trim();
  return { words: [...words.slice(0, at), ...before], reason };
}

function readDate(word: Word | undefined, report: Report): string | null {
  if (word === undefined) return null;
  if (isCalendarDate(word.text)) return word.text;
  report({
    span: word.span,
    message: `Cannot read date "${word.text}"`,
    help: 'Write a day of the calendar as year, month and day, for example "2026-01-31"',
  });
  return null;
}
