/**
 * Where a statement qualifies a name with a certain keyspace, and the same text without the qualifiers: the
 * name then belongs to the keyspace of the session.
 *
 * @module
 */
import { lex } from "../text/lex.ts";
import type { Span } from "../text/source.ts";
import { isKeyword, isOperator, nameOf, type Token } from "../text/token.ts";
import type { DdlHead } from "./ddl_head.ts";

// Keywords that a table's name follows, in statements where `a.b` could also be a field of a column.
const BEFORE_TABLES = [
  "COLUMNFAMILY",
  "EXISTS",
  "FROM",
  "INTO",
  "TABLE",
  "TRUNCATE",
  "UPDATE",
  "VIEW",
];

/**
 * Replaces `keyspace.` by spaces of the same length, so that every place in the text stays where it is.
 * Where a field of a column of that name may be meant, the text stays as it is.
 *
 * @param head what the statement is about; null for one of a query
 */
export function withoutKeyspace(
  statement: Span,
  { keyspace, head }: { readonly keyspace: string; readonly head: DdlHead | null },
): string {
  const { file: { text }, start, end } = statement;
  let stripped = "";
  let offset = start;
  for (const span of qualifiersIn(lex(statement, () => {}), { keyspace, head })) {
    const blank = text.slice(span.start, span.end).replace(/[^\r\n]/g, " ");
    stripped += text.slice(offset, span.start) + blank;
    offset = span.end;
  }
  return stripped + text.slice(offset, end);
}

/** From each name of the keyspace to its dot. */
function qualifiersIn(
  all: readonly Token[],
  { keyspace, head }: { readonly keyspace: string; readonly head: DdlHead | null },
): Span[] {
  const tokens = all.filter(({ kind }) => kind !== "comment");
  const hasNoFields = head !== null && isDefinition(head);
  return tokens.flatMap((token, index) => {
    const [before, dot] = [tokens[index - 1], tokens[index + 1]];
    if (nameOf(token) !== keyspace || !isOperator(dot, ".") || isOperator(before, ".")) return [];
    const isQualifier = hasNoFields || isOperator(tokens[index + 3], "(") ||
      isCast(tokens, index) ||
      BEFORE_TABLES.some((word) => isKeyword(before, word));
    return isQualifier ? [{ ...token.span, end: dot!.span.end }] : [];
  });
}

/**
 * Whether the name at `index` begins that of a type in a cast: in parentheses before what is converted to it, as in
 * `(a.b) {…}`, or between the angle brackets of another type.
 */
function isCast(tokens: readonly Token[], index: number): boolean {
  const [before, after, operand] = [tokens[index - 1], tokens[index + 3], tokens[index + 4]];
  if (isOperator(before, "(") && isOperator(after, ")")) {
    return ["{", "(", ":", "?"].some((operator) => isOperator(operand, operator));
  }
  return isOperator(before, "<") && (isOperator(after, ">") || isOperator(after, ",")) ||
    isOperator(before, ",") && isOperator(after, ">");
}

/** Whether every dot in it is between a keyspace and a name. */
function isDefinition(head: DdlHead): boolean {
  if (head.kind !== "create" && head.kind !== "alter" && head.kind !== "drop") return false;
  return head.object.kind !== "view";
}
