/**
 * The name of a column in a tag, spelt as in CQL: without quotes the server lower-cases it, in double
 * quotes it stays as it is.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import { quote } from "../../text/quote.ts";
import { helpToName } from "../../text/snake_case.ts";
import type { Report } from "../../text/source.ts";

/** The name as the server has it; reports a text that cannot be the name of a column. */
export function readColumnName({ text, span }: Word, report: Report): string {
  const quoted = /^"((?:[^"]|"")+)"$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll('""', '"');
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use column ${quote(text)}: ${state}`, help });
  if (text.includes('"')) {
    cannotUse("its quotes are not closed", `Write the whole name between two '"'`);
  } else if (!/^[A-Za-z]\w*$/.test(text)) {
    cannotUse("no such name exists without quotes", helpToName(text));
  } else if (text !== text.toLowerCase()) {
    cannotUse(
      "the server lower-cases names without quotes",
      `Write it as ${quote(text.toLowerCase())}, or as '"${text}"' if it was created in quotes`,
    );
  }
  return text.toLowerCase();
}
