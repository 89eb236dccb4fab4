/**
 * The statements that a query is made of: those of a batch, or itself alone.
 *
 * @module
 */
import type { Query } from "../query.ts";
import type { Span } from "../text/source.ts";
import { isKeyword, type Token, tokenize } from "../text/tokenize.ts";

const BEGINNINGS = ["INSERT", "UPDATE", "DELETE"];

/** In the order of the text; a batch without statements has none. */
export function innerStatements(
  { verb, statementSpan }: Pick<Query, "verb" | "statementSpan">,
): Span[] {
  if (verb !== "batch") return [statementSpan];
  const spans: Span[] = [];
  let begun: { start: number; end: number } | null = null;
  let depth = 0;
  const finish = () => {
    if (begun !== null) spans.push({ file: statementSpan.file, ...begun });
    begun = null;
  };
  for (const token of tokenize(statementSpan, () => {})) {
    if (token.kind === "comment") continue;
    // Reserved words: where no bracket is open they are nothing else.
    const begins = depth === 0 && BEGINNINGS.some((keyword) => isKeyword(token, keyword));
    if (begins || isSemicolon(token) || isKeyword(token, "APPLY")) finish();
    if (begins) begun = { start: token.span.start, end: token.span.end };
    if (begun !== null) begun = { start: begun.start, end: token.span.end };
    if (token.kind === "punctuation") {
      depth += "([{".includes(token.text) ? 1 : ")]}".includes(token.text) ? -1 : 0;
    }
  }
  finish();
  return spans;
}

function isSemicolon({ kind, text }: Token): boolean {
  return kind === "punctuation" && text === ";";
}
