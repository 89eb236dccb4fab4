/**
 * The options that `by=` excludes: it already says exactly what the value looks like.
 *
 * @module
 */

import type { Word } from "../../../text/comment.ts";
import type { Report } from "../../../text/source.ts";
import { isSent } from "../sources/sent_sources.ts";
import type { TagParts } from "./param_option.ts";

/** Reports an option that is used together with `by=`. */
export function checkNoBucket(
  key: string,
  { word, tag, report }: {
    readonly word: Word;
    readonly tag: TagParts;
    readonly report: Report;
  },
): void {
  // What is not sent, such as a bucket itself, takes no such option at all.
  if (tag.words.by === undefined || tag.source !== null && !isSent(tag.source)) return;
  report({
    span: word.span,
    message: `Cannot use both "by" and "${key}": the value is the name of a bucket`,
    help: "Remove one of them",
  });
}
