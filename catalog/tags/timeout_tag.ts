/**
 * The `@timeout 2s` tag: the longest that a request may wait for Cassandra on behalf of the query, all attempts
 * together. It shortens what `REQUEST_TIMEOUT_MS` allows, and never lengthens it.
 *
 * @module
 */

import type { Word } from "../text/comment.ts";
import type { Report, Span } from "../text/source.ts";
import type { QueryTag } from "./tag.ts";
import { reportUnexpected, type TagLine } from "./tag_line.ts";

export interface TimeoutTag {
  /** In milliseconds; null if it cannot be read, which is reported. */
  readonly timeoutMs: number | null;
  readonly span: Span;
}

/** In milliseconds; null for a query without a time of its own. */
export const timeoutTag: QueryTag<TimeoutTag, number | null> = {
  repeats: false,
  about: "either",
  read: readTimeout,
  settle: (tag) => tag?.timeoutMs ?? null,
};

const UNITS_MS = { ms: 1, s: 1000 } as const;
/** As much as `REQUEST_TIMEOUT_MS` may be. */
const MAX_MS = 600_000;
const HELP = 'Write it in seconds or milliseconds, such as "2s" or "500ms", up to "600s"';

function readTimeout(line: TagLine, report: Report): TimeoutTag {
  const [first, ...others] = line.words;
  if (first === undefined) report({ span: line.nameSpan, message: "Missing time", help: HELP });
  for (const word of others) reportUnexpected(word, report);
  return { timeoutMs: first === undefined ? null : readMs(first, report), span: line.span };
}

function readMs({ text, span }: Word, report: Report): number | null {
  const match = /^([1-9]\d{0,5})(ms|s)$/.exec(text);
  const ms = match === null ? NaN : Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS];
  if (ms <= MAX_MS) return ms;
  report({ span, message: `Cannot use "${text}" as a time`, help: HELP });
  return null;
}
