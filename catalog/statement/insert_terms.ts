/**
 * What an INSERT writes to each of its columns, as far as the text says.
 *
 * @module
 */
import type { Query } from "../query.ts";
import { isKeyword, nameOf, type Token, tokenize } from "../text/tokenize.ts";

/**
 * The tokens that stand for each column, by column; null where the statement is not of the form
 * `INSERT INTO table (columns) VALUES (terms)`, as with `INSERT … JSON`.
 */
export function insertTerms(
  { verb, statementSpan }: Pick<Query, "verb" | "statementSpan">,
): ReadonlyMap<string, readonly Token[]> | null {
  if (verb !== "insert") return null;
  const tokens = tokenize(statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  const columns = listAt(tokens, tokens.findIndex(({ text }) => text === "("));
  if (columns === null || !isKeyword(tokens[columns.end], "VALUES")) return null;
  const terms = listAt(tokens, columns.end + 1);
  if (terms === null || terms.items.length !== columns.items.length) return null;
  return new Map(
    columns.items.map(([column], index) => [nameOf(column) ?? "", terms.items[index]!]),
  );
}

/** The items of the list in parentheses that begins at `start`, and where it ends; null if none does. */
function listAt(
  tokens: readonly Token[],
  start: number,
): { readonly items: readonly Token[][]; readonly end: number } | null {
  if (tokens[start]?.text !== "(") return null;
  const items: Token[][] = [[]];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (index < start) continue;
    if (isPunctuation(token, ")]}")) depth--;
    if (depth === 0 && index > start) return { items, end: index + 1 };
    if (depth === 1 && token.text === ",") items.push([]);
    else if (depth > 0) items.at(-1)!.push(token);
    if (isPunctuation(token, "([{")) depth++;
  }
  return null;
}

function isPunctuation({ kind, text }: Token, among: string): boolean {
  return kind === "punctuation" && among.includes(text);
}
