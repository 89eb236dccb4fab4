/**
 * Statements that Cassandra answers all at once: it pages neither a search for the nearest vectors nor
 * an order over several partitions. Their LIMIT is what bounds them.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import { isKeyword, nameOf, type Token, tokenize } from "../../catalog/text/tokenize.ts";
import type { StatementContext } from "./statement_context.ts";

/** Whether the statement is paged; reports one that is not, and that nothing bounds. */
export function checkPaging(query: Query, { table, report }: StatementContext): boolean {
  if (query.verb !== "select") return true;
  const tokens = tokenize(query.statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  const order = tokens.findIndex((token, index) =>
    isKeyword(token, "ORDER") && isKeyword(tokens[index + 1], "BY")
  );
  if (order === -1) return true;
  const searches = tokens.some((token, index) =>
    index > order && isKeyword(token, "ANN") && isKeyword(tokens[index + 1], "OF")
  );
  if (searches) return false;
  const spansPartitions = tokens.some((token, index) =>
    table?.partitionKey.includes(nameOf(token) ?? "") && isKeyword(tokens[index + 1], "IN") &&
    takesSeveral(tokens.slice(index + 2))
  );
  if (!spansPartitions) return true;
  if (!hasLimit(query, tokens.slice(order))) {
    report({
      span: tokens[order]!.span,
      message: 'Cassandra does not page an "ORDER BY" over the partitions of an "IN"',
      help: "Add a LIMIT that cannot be left out, or leave the order to the caller",
    });
  }
  return false;
}

/** Whether what follows `IN` is a list of any length, or of more than one. */
function takesSeveral([first, ...rest]: readonly Token[]): boolean {
  if (first?.text !== "(") return true;
  const end = rest.findIndex(({ text }) => text === ")");
  return rest.slice(0, end).some(({ text }) => text === ",");
}

/** `PER PARTITION LIMIT` bounds no answer, nor does one that may be left out. */
function hasLimit({ params }: Query, tokens: readonly Token[]): boolean {
  return tokens.some((token, index) => {
    if (!isKeyword(token, "LIMIT") || isKeyword(tokens[index - 1], "PARTITION")) return false;
    const marker = tokens[index + 1]?.text.slice(1).trim();
    const param = params.find(({ name }) => name === marker);
    return param === undefined || !param.optional || param.default !== null;
  });
}
