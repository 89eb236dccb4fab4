/**
 * The `@rate 50/s burst=100 per=claim:tenant` tag: how much of a query, or of all queries of a file
 * together, a caller may use. A repeated line is a further limit.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import { type Rate, readRate } from "../parts/rate.ts";
import type { Tag } from "../tag.ts";
import type { TagLine } from "../tag_line.ts";

export interface RateTag extends Rate {
  readonly span: Span;
}

export const rateTag: Tag<RateTag> = { repeats: true, about: "either", read: readRateTag };

function readRateTag(line: TagLine, report: Report): RateTag | null {
  const rate = readRate(line.words, { span: line.nameSpan, report });
  return rate === null ? null : { ...rate, span: line.span };
}
