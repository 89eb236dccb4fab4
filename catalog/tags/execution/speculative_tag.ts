/**
 * The `@speculative 20ms` tag: a read that has no answer after this time is sent to another node, too, and the first
 * answer counts. Which statements may be sent twice is for `checks/execution/speculative_read.ts`.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import { readDurationMs } from "../parts/duration.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

export interface SpeculativeTag {
  /** In milliseconds; null if it cannot be read, which is reported. */
  readonly afterMs: number | null;
  readonly span: Span;
}

/** In milliseconds; null for a query that is sent to one node at a time. */
export const speculativeTag: QueryTag<SpeculativeTag, number | null> = {
  repeats: false,
  read: readSpeculative,
  settle: (tag) => tag?.afterMs ?? null,
};

const MAX_MS = 60_000;
const HELP = 'Write it in milliseconds or seconds, such as "20ms", up to "60s"';

function readSpeculative(line: TagLine, report: Report): SpeculativeTag {
  const [first, ...others] = line.words;
  if (first === undefined) report({ span: line.nameSpan, message: "Missing time", help: HELP });
  for (const word of others) reportUnexpected(word, report);
  const afterMs = first === undefined
    ? null
    : readDurationMs(first, { maxMs: MAX_MS, help: HELP, report });
  return { afterMs, span: line.span };
}
