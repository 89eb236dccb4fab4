/**
 * The `@coalesce off` tag: each read is sent by itself, even while another one with the same values is under way.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

export interface CoalesceTag {
  readonly span: Span;
}

const HELP = 'Write "@coalesce off", or remove the tag: reads are coalesced without it';

/** Whether reads that are the same may share a statement. */
export const coalesceTag: QueryTag<CoalesceTag, boolean> = {
  repeats: false,
  about: "either",
  read: readCoalesce,
  settle: (tag) => tag === null,
};

function readCoalesce(line: TagLine, report: Report): CoalesceTag {
  const [first, ...others] = line.words;
  if (first === undefined) report({ span: line.nameSpan, message: 'Missing "off"', help: HELP });
  else if (first.text !== "off") {
    report({ span: first.span, message: `Cannot coalesce "${first.text}"`, help: HELP });
  }
  for (const word of others) reportUnexpected(word, report);
  return { span: line.span };
}
