/**
 * The `@page size=50 max=500` tag: how many rows a page has, and how many a caller may ask for.
 *
 * @module
 */

import type { Word } from "./comment.ts";
import type { Page, Report, Span } from "./query.ts";
import { readOptions, type TagLine } from "./tag_line.ts";

export interface PageTag extends Page {
  readonly span: Span;
}

/** The page of a `:many` query without `@page`. */
export const DEFAULT_PAGE: Page = { size: 100, max: 1000 };

export function readPage(line: TagLine, report: Report): PageTag {
  if (line.words.length === 0) {
    report({
      span: line.nameSpan,
      message: "Missing page size",
      help: `Write it as "@page size=50 max=500"`,
    });
  }
  const options = readOptions(line.words, { keys: ["size", "max"], report });
  const givenSize = readRows(options.size, report);
  const givenMax = readRows(options.max, report);
  const size = givenSize ?? Math.min(DEFAULT_PAGE.size, givenMax ?? DEFAULT_PAGE.size);
  const max = givenMax ?? Math.max(DEFAULT_PAGE.max, size);
  if (size > max) {
    report({
      span: line.span,
      message: `Cannot use page size ${size}: larger than the maximum ${max}`,
      help: "Lower the size, or raise the maximum",
    });
  }
  return { size, max, span: line.span };
}

function readRows(word: Word | undefined, report: Report): number | null {
  if (word === undefined) return null;
  const rows = Number(word.text);
  if (/^[1-9]\d*$/.test(word.text) && Number.isSafeInteger(rows)) return rows;
  report({
    span: word.span,
    message: `Cannot use "${word.text}" as a number of rows`,
    help: "Write a whole number of at least 1",
  });
  return null;
}
