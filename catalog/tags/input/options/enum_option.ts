/**
 * `enum=info|warning|severe`: the values that a text or a number may have, each written like a query
 * parameter. They are compared exactly, after they are read as the marker's type; of a list or set,
 * each element.
 *
 * @module
 */

import { part, type Word } from "../../../text/comment.ts";
import type { Report } from "../../../text/source.ts";
import { SENT } from "../sources/sent_sources.ts";
import { checkNoBucket } from "./no_bucket.ts";
import type { ParamOption } from "./param_option.ts";

export const enumOption: ParamOption<readonly string[]> = {
  read: readValues,
  sources: SENT,
  elsewhere: {},
  check(word, tag, report) {
    checkNoBucket("enum", { word, tag, report });
    for (const other of ["pattern", "format"]) {
      const otherWord = tag.words[other];
      if (otherWord === undefined) continue;
      report({
        span: otherWord.span,
        message: `Cannot use both "enum" and "${other}": the list already says which values fit`,
        help: "Remove one of them",
      });
    }
  },
};

function readValues({ text, span }: Word, report: Report): readonly string[] {
  const values = new Set<string>();
  // The word may be in double quotes, which are not part of its text.
  let offset = span.file.text.startsWith('"', span.start) ? 1 : 0;
  for (const value of text.split("|")) {
    const place = part(span, offset, Math.max(1, value.length)).span;
    offset += value.length + 1;
    if (value === "") {
      report({
        span: place,
        message: "Missing value between two bars",
        help: 'Write the values with one "|" between them, as "enum=low|high"',
      });
    } else if (values.has(value)) {
      report({ span: place, message: `Duplicate value "${value}"`, help: "Keep one of them" });
    }
    values.add(value);
  }
  return [...values];
}
