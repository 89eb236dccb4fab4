/**
 * `enum=info|warning|severe`: the values that a text or a number may have, each written like a query
 * parameter. They are compared exactly, after they are read as the marker's type; of a list or set,
 * each element.
 *
 * @module
 */

import { part, type Word } from "../../../text/comment.ts";
import type { Report, Span } from "../../../text/source.ts";
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
  if (hasQuotedParts(span)) {
    report({
      span,
      message: "Cannot use quotes around a single value of a list: they would be part of it",
      help: `Put double quotes around the whole list, as enum="low|very high"`,
    });
    return [];
  }
  if (/^[^|"]+,[^|"]+$/.test(wordOf(span))) {
    report({
      span,
      message: `Cannot use "${text}" as a list: commas do not separate values`,
      help: `Write "enum=${text.split(",").join("|")}", or put double quotes around a single value`,
    });
  }
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

/** Whether a value of a list is in quotes, as in `low|"very high"`, rather than the list. */
function hasQuotedParts(span: Span): boolean {
  const parts = wordOf(span).split("|");
  return parts.length > 1 && parts.some((part) => /^(["']).*\1$/.test(part));
}

/** A word as it is written, with its quotes. */
function wordOf({ file, start, end }: Span): string {
  return file.text.slice(start, end);
}
