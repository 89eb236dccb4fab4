/**
 * The `@etag column` tag: the column of the row that tells one version from another. Whether the
 * result has such a column is for the server to say.
 *
 * @module
 */

import type { Etag } from "../query.ts";
import type { Report } from "../text/source.ts";
import { readColumnName } from "./column_name.ts";
import { reportUnexpected, type TagLine } from "./tag_line.ts";

export function readEtag(line: TagLine, report: Report): Etag {
  const [first, ...others] = line.words;
  if (first === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing column",
      help: `Name it after the tag, as "@etag version"`,
    });
    return { column: "", span: line.span };
  }
  for (const word of others) reportUnexpected(word, report);
  return { column: readColumnName(first, report), span: line.span };
}
