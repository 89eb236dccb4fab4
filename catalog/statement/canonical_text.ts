/**
 * The text of a statement without what means nothing: comments, white space, the case of keywords and
 * of unquoted names. Two statements with the same canonical text are the same statement, which is what
 * a cursor is bound to.
 *
 * @module
 */

import { lex } from "../text/lex.ts";
import type { Span } from "../text/source.ts";

/** @param statement parsed or opaque */
export function canonicalText({ span }: { readonly span: Span }): string {
  return lex(span, () => {})
    .filter(({ kind }) => kind !== "comment")
    .map(({ kind, text }) => kind === "word" ? text.toLowerCase() : text)
    .join(" ");
}
