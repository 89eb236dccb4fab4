/**
 * The `@without tenant_id: reason` tag: the query does without a claim that its file takes for all
 * queries. Whether the file takes such a claim is for `checks/file/without_claim.ts`.
 *
 * @module
 */

import { part } from "../text/comment.ts";
import type { Report, Span } from "../text/source.ts";
import type { Tag } from "./tag.ts";
import type { TagLine } from "./tag_line.ts";

export interface WithoutTag {
  /** The parameter that the file takes from a claim. */
  readonly name: string;
  readonly nameSpan: Span;
}

export const withoutTag: Tag<WithoutTag> = { repeats: true, read: readWithout };

const EXAMPLE = "@without tenant_id: operators see every tenant";

function readWithout({ nameSpan, words, span }: TagLine, report: Report): WithoutTag | null {
  const [first] = words;
  const [name = ""] = first?.text.split(":", 1) ?? [];
  if (first === undefined || name === "") {
    report({
      span: nameSpan,
      message: "Missing parameter",
      help: `Name it after the tag, for example "${EXAMPLE}"`,
    });
    return null;
  }
  const rest = span.file.text.slice(first.span.start + name.length, span.end);
  if (!/^\s*:\s*\S/.test(rest)) {
    report({
      span: first.span,
      message: `Missing reason of "@without ${name}"`,
      help: `Say after a colon why, for example "${EXAMPLE}"`,
    });
  }
  return { name, nameSpan: part(first.span, 0, name.length).span };
}
