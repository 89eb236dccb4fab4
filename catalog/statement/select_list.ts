/**
 * What a SELECT selects, as far as the text says.
 *
 * @module
 */
import type { Query } from "../query.ts";
import { isKeyword, type Token, tokenize } from "../text/tokenize.ts";

/**
 * The tokens of each selector, in order, without its alias; null where the text does not name them, as
 * with `*` and `JSON`, and for other statements.
 */
export function selectors(
  { verb, statementSpan }: Pick<Query, "verb" | "statementSpan">,
): readonly Selector[] | null {
  if (verb !== "select") return null;
  const tokens = tokenize(statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  // Both may name columns, too.
  const modifies = !/^[,.(]$|^(?:from|as)$/i.test(tokens[2]?.text ?? "");
  if (modifies && isKeyword(tokens[1], "JSON") || tokens[1]?.text === "*") return null;
  const found: { tokens: Token[]; isRenamed: boolean }[] = [{ tokens: [], isRenamed: false }];
  let depth = 0;
  for (const token of tokens.slice(modifies && isKeyword(tokens[1], "DISTINCT") ? 2 : 1)) {
    const selector = found.at(-1)!;
    if (depth === 0 && isKeyword(token, "FROM")) break;
    if (token.kind === "punctuation" && "([{".includes(token.text)) depth++;
    if (token.kind === "punctuation" && ")]}".includes(token.text)) depth--;
    if (depth === 0 && token.text === ",") found.push({ tokens: [], isRenamed: false });
    else if (depth === 0 && isKeyword(token, "AS")) selector.isRenamed = true;
    else if (!selector.isRenamed) selector.tokens.push(token);
  }
  return found;
}

export interface Selector {
  readonly tokens: readonly Token[];
  /** Whether it has an alias. */
  readonly isRenamed: boolean;
}
