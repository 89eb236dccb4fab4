/**
 * The `@page size=50 max=500` tag: how many rows a page has, and how many a caller may ask for.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import { readCount } from "../parts/count.ts";
import type { QueryTag } from "../tag.ts";
import { readOptions, type TagLine } from "../tag_line.ts";

/** The page sizes of a `:many` query, in rows. */
export interface Page {
  readonly size: number;
  readonly max: number;
}

export interface PageTag extends Page {
  readonly span: Span;
}

/** The page of a `:many` query without `@page`. */
const DEFAULT_PAGE: Page = { size: 100, max: 1000 };

/** Null in modes other than `:many`, where a page always has a size. */
export const pageTag: QueryTag<PageTag, Page | null> = {
  repeats: false,
  about: "either",
  read: readPage,
  settle(tag, { mode }) {
    if (mode !== "many") return null;
    return tag === null ? DEFAULT_PAGE : { size: tag.size, max: tag.max };
  },
};

function readPage(line: TagLine, report: Report): PageTag {
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
