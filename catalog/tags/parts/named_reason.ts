/**
 * `name: reason`, the form of the tags that make an exception and say why.
 *
 * @module
 */

import { part } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import type { TagLine } from "../tag_line.ts";

export interface NamedReason {
  readonly name: string;
  readonly nameSpan: Span;
  readonly reason: string;
}

/** A name, or a claim that it begins with `claim:`; a colon inside quotes belongs to the name. */
const NAME = /^(?:claim:(?!$))?(?:"[^"]*"|[^:"])*/;

/** Null if the name is missing. A name without a reason is reported, but counts. */
export function readNamedReason(
  { name: tag, nameSpan, words, span }: TagLine,
  { what, example, report }: {
    /** What kind of thing the name is for. */
    readonly what: string;
    readonly example: string;
    readonly report: Report;
  },
): NamedReason | null {
  const [first] = words;
  const [name = ""] = NAME.exec(first?.text ?? "") ?? [];
  if (first === undefined || name === "") {
    report({
      span: nameSpan,
      message: `Missing ${what}`,
      help: `Name it after the tag, for example "${example}"`,
    });
    return null;
  }
  const rest = span.file.text.slice(first.span.start + name.length, span.end);
  const reason = /^\s*:\s*(\S[^]*)/.exec(rest)?.[1];
  if (reason === undefined) {
    report({
      span: first.span,
      message: `Missing reason of "@${tag} ${name}"`,
      help: `Say after a colon why, for example "${example}"`,
    });
  }
  return { name, nameSpan: part(first.span, 0, name.length).span, reason: reason ?? "" };
}
