/**
 * The `@page size=50 max=500` tag: how many rows a page has, and how many a caller may ask for.
 *
 * @module
 */

import type { Page } from "../query.ts";
import type { Report, Span } from "../text/source.ts";
import { readCount } from "./count.ts";
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
  const givenSize = readCount(options.size, { things: "rows", report });
  const givenMax = readCount(options.max, { things: "rows", report });
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
