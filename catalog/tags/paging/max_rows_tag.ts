/**
 * The `@max-rows 100000` tag: how many rows a stream of a `:many` query gives at most. Pages have a
 * maximum of their own, `@page max=`.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import { readCount } from "../parts/count.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

export interface MaxRowsTag {
  /** Null if it cannot be read, which is reported. */
  readonly rows: number | null;
  readonly span: Span;
}

/** Null for a query whose streams have no bound. */
export const maxRowsTag: QueryTag<MaxRowsTag, number | null> = {
  repeats: false,
  about: "either",
  read: readMaxRows,
  settle: (tag) => tag?.rows ?? null,
};

function readMaxRows(line: TagLine, report: Report): MaxRowsTag {
  const [first, ...others] = line.words;
  if (first === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing number of rows",
      help: 'Write it after the tag, for example "@max-rows 100000"',
    });
  }
  for (const word of others) reportUnexpected(word, report);
  return { rows: readCount(first, { things: "rows", report }), span: line.span };
}
