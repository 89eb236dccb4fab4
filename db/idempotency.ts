/**
 * Whether running a statement twice does the same as running it once, so that it may be sent again
 * when nobody knows whether it arrived. Where the text leaves a doubt, it does not.
 *
 * @module
 */
import type { Query } from "../catalog/query.ts";
import { nameOf, type Token, tokenize } from "../catalog/tokenize.ts";
import type { CqlType } from "../codec/codec.ts";

/** The type of a column of the statement's table; null where it is not known. */
export type ColumnKind = (column: string) => CqlType["kind"] | null;

/** Functions that give something else each time (Cassandra's `TimeFcts` and `UuidFcts`). */
const VOLATILE = /^(now|uuid|current_?timestamp|current_?date|current_?time|current_?timeuuid)$/i;

/**
 * Not idempotent are lightweight transactions (the second would meet what the first wrote), counters,
 * appending to and deleting from a list by index, and values that the server makes up.
 */
export function isIdempotent(
  query: Pick<Query, "verb" | "conditional" | "statementSpan">,
  columnKind: ColumnKind,
): boolean {
  if (query.verb === "select") return true;
  if (query.conditional) return false;
  const tokens = tokenize(query.statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  return tokens.every((token, index) =>
    !callsVolatile(token, tokens[index + 1]) &&
    !changesInPlace(tokens, index, columnKind)
  );
}

function callsVolatile(token: Token, next: Token | undefined): boolean {
  return VOLATILE.test(nameOf(token) ?? "") && next?.text === "(";
}

/** `a = a + …`, `a = … + a`, `a += …` and `a[…]`: harmless only where `a` is a set or a map. */
function changesInPlace(
  tokens: readonly Token[],
  index: number,
  columnKind: ColumnKind,
): boolean {
  const column = nameOf(tokens[index]);
  if (column === null) return false;
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  const operand = isSign(before) || isSign(after);
  const subscripted = after?.text === "[";
  if (!operand && !subscripted) return false;
  const kind = columnKind(column);
  return kind !== "set" && kind !== "map";
}

function isSign(token: Token | undefined): boolean {
  return token?.text === "+" || token?.text === "-";
}
