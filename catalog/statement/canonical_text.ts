/**
 * The text of a statement without what has no meaning: comments, white space, the case of keywords and
 * of unquoted names. Statements with the same canonical text do the same, so cursors, for example, can be
 * bound to it.
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
