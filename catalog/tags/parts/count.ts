/**
 * The value of an option that is a count, such as `size=` and `max=`.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import type { Report } from "../../text/source.ts";

/** How many `things`, at least one; null if there is no such number. */
export function readCount(
  word: Word | undefined,
  { things, report }: { readonly things: string; readonly report: Report },
): number | null {
  if (word === undefined) return null;
  const count = Number(word.text);
  if (/^[1-9]\d*$/.test(word.text) && Number.isSafeInteger(count)) return count;
  report({
    span: word.span,
    message: `Cannot use "${word.text}" as a number of ${things}`,
    help: "Write a whole number of at least 1",
  });
  return null;
}
