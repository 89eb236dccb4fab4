/**
 * The `@bulk` tag: the route takes many inputs in one request. With `@bulk returning`, its report has the
 * values of each line that was written.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

/** How a route takes many inputs. */
export interface Bulk {
  /** Whether its report has the values of the lines that were written. */
  readonly returning: boolean;
}

export interface BulkTag extends Bulk {
  readonly span: Span;
}

export const bulkTag: QueryTag<BulkTag, Bulk | null> = {
  repeats: false,
  read: readBulk,
  settle: (tag) => tag,
};

function readBulk(line: TagLine, report: Report): BulkTag {
  const [first, ...others] = line.words;
  const returning = first?.text === "returning";
  const unexpected = first === undefined || returning ? others : line.words;
  for (const word of unexpected) reportUnexpected(word, report);
  return { returning, span: line.span };
}
