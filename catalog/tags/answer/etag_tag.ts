/**
 * The `@etag column` tag: the column of the row that tells one version from another. Whether the
 * result has such a column is for the server to say.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import { readColumnName } from "../parts/column_name.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

/** A column whose value is the entity tag of a `:one` query's row. */
export interface Etag {
  readonly column: string;
  readonly span: Span;
}

export const etagTag: QueryTag<Etag, Etag | null> = {
  repeats: false,
  read: readEtag,
  settle: (tag) => tag,
};

function readEtag(line: TagLine, report: Report): Etag {
  const [first, ...others] = line.words;
  if (first === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing column",
      help: `Name it after the tag, for example "@etag version"`,
    });
    return { column: "", span: line.span };
  }
  for (const word of others) reportUnexpected(word, report);
  return { column: readColumnName(first, report), span: line.span };
}
