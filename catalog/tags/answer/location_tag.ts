/**
 * The `@location get_video` tag: the query that reads what was created. Its path is the answer's `Location`
 * (RFC 9110, section 10.2.2).
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

export interface LocationTag {
  /** The query's name; empty if it is missing. */
  readonly query: string;
  readonly span: Span;
}

export const locationTag: QueryTag<LocationTag, LocationTag | null> = {
  repeats: false,
  read: readLocation,
  settle: (tag) => tag,
};

function readLocation(line: TagLine, report: Report): LocationTag {
  const [first, ...others] = line.words;
  if (first === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing query",
      help: `Name the query that reads what was created, for example "@location get_station"`,
    });
    return { query: "", span: line.span };
  }
  for (const word of others) reportUnexpected(word, report);
  return { query: first.text, span: line.span };
}
