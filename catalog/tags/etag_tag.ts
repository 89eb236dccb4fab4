/**
 * The `@etag column` tag: the column of the row that tells one version from another. Whether the
 * result has such a column is for the server to say.
 *
 * @module
 */

import type { Etag } from "../query.ts";
import { quote } from "../text/quote.ts";
import { helpToName } from "../text/snake_case.ts";
import type { Report } from "../text/source.ts";
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
  const { text, span } = first;
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use column ${quote(text)}: ${state}`, help });
  if (text.includes('"')) {
    cannotUse("its name is quoted", `Give it a plain name in the statement with AS, and name that`);
  } else if (!/^[A-Za-z]\w*$/.test(text)) {
    cannotUse("no such name exists without quotes", helpToName(text));
  } else if (text !== text.toLowerCase()) {
    cannotUse("the server lower-cases names", `Write it as "${text.toLowerCase()}"`);
  }
  return { column: text.toLowerCase(), span: line.span };
}
