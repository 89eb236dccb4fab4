/**
 * The `@returns a b` tag: the values that a write answers with, besides those that are generated. Whether
 * the statement has such markers is for a rule.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import type { QueryTag } from "../tag.ts";
import type { TagLine } from "../tag_line.ts";

export interface ReturnsTag {
  /** The names of the markers. */
  readonly names: readonly Word[];
  readonly span: Span;
}

/** The names of the parameters that a write answers with. */
export const returnsTag: QueryTag<ReturnsTag, readonly string[]> = {
  repeats: false,
  read: readReturns,
  settle: (tag) => tag?.names.map(({ text }) => text) ?? [],
};

function readReturns(line: TagLine, report: Report): ReturnsTag {
  if (line.words.length === 0) {
    report({
      span: line.nameSpan,
      message: "Missing marker",
      help: `Name the values to answer with, for example "@returns expires_at"`,
    });
  }
  const names: Word[] = [];
  for (const word of line.words) {
    if (names.some(({ text }) => text === word.text)) {
      const message = `Duplicate marker "${word.text}"`;
      report({ span: word.span, message, help: "Keep one of them" });
    } else {
      names.push(word);
    }
  }
  return { names, span: line.span };
}
