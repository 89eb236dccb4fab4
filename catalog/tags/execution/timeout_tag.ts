/**
 * The `@timeout 2s` tag: the longest that a request may wait for Cassandra on behalf of the query, all attempts
 * together. It shortens what `REQUEST_TIMEOUT_MS` allows, and never lengthens it.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import { readDurationMs } from "../parts/duration.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

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

/** The largest value of `REQUEST_TIMEOUT_MS`. */
const MAX_MS = 600_000;
const HELP = 'Write it in seconds or milliseconds, such as "2s" or "500ms", up to "600s"';

function readTimeout(line: TagLine, report: Report): TimeoutTag {
  const [first, ...others] = line.words;
  if (first === undefined) report({ span: line.nameSpan, message: "Missing time", help: HELP });
  for (const word of others) reportUnexpected(word, report);
  return {
    timeoutMs: first === undefined
      ? null
      : readDurationMs(first, { maxMs: MAX_MS, help: HELP, report }),
    span: line.span,
  };
}
