/**
 * The `@status 200` tag: what a write answers with where it succeeds, in place of what its mode and
 * method say (RFC 9110, section 15.3).
 *
 * @module
 */

import { quote } from "../../text/quote.ts";
import type { Report, Span } from "../../text/source.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

/** What a write may answer with where it succeeds. */
export type SuccessStatus = 200 | 201 | 202 | 204;

export interface StatusTag {
  /** Null if it is missing or unknown. */
  readonly status: SuccessStatus | null;
  readonly span: Span;
}

const STATUSES: readonly SuccessStatus[] = [200, 201, 202, 204];

/** Null for reads, and for queries without a route. */
export const statusTag: QueryTag<StatusTag, SuccessStatus | null> = {
  repeats: false,
  read: readStatus,
  /** What is created is 201 (RFC 9110, section 15.3.2), unless a tag says that nothing is. */
  settle(tag, { mode, method, generates, returns }) {
    if (method === null || mode === "one" || mode === "many") return null;
    if (tag !== null && tag.status !== null) return tag.status;
    if (mode === "exec" && !generates) return returns ? 200 : 204;
    return method === "POST" ? 201 : 200;
  },
};

function readStatus(line: TagLine, report: Report): StatusTag {
  const [first, ...others] = line.words;
  if (first === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing status",
      help: `Name it after the tag, for example "@status 200"`,
    });
    return { status: null, span: line.span };
  }
  for (const word of others) reportUnexpected(word, report);
  const status = STATUSES.find((status) => String(status) === first.text) ?? null;
  if (status === null) {
    report({
      span: first.span,
      message: `Cannot answer with status ${quote(first.text)}`,
      help: "Use 200, 201 if something is created, 202 if the work continues, or 204 for no body",
    });
  }
  return { status, span: line.span };
}
