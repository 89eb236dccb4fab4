/**
 * Statements that Cassandra answers all at once: it pages neither a search for the nearest vectors nor
 * an order over several partitions. Their LIMIT is what bounds them.
 *
 * @module
 */
import type { Query } from "../catalog/query.ts";
import { isKeyword, nameOf, type Token, tokenize } from "../catalog/tokenize.ts";
import type { StatementContext } from "./prepare_params.ts";

/** Whether the statement is paged; reports one that is not, and that nothing bounds. */
export function checkPaging(query: Query, { table, report }: StatementContext): boolean {
  if (query.verb !== "select") return true;
  const tokens = tokenize(query.statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  const order = tokens.findIndex((token, index) =>
    isKeyword(token, "ORDER") && isKeyword(tokens[index + 1], "BY")
  );
  if (order === -1) return true;
  if (tokens.slice(order).some((token) => isKeyword(token, "ANN"))) return false;
  const spansPartitions = tokens.some((token, index) =>
    table?.partitionKey.includes(nameOf(token) ?? "") && isKeyword(tokens[index + 1], "IN")
  );
  if (!spansPartitions) return true;
  if (!hasLimit(tokens.slice(order))) {
    report({
      span: tokens[order]!.span,
      message: 'Cassandra does not page an "ORDER BY" over the partitions of an "IN"',
      help: "Add a LIMIT, which bounds the answer, or leave the order to the caller",
    });
  }
  return false;
}

/** `PER PARTITION LIMIT` bounds no answer. */
function hasLimit(tokens: readonly Token[]): boolean {
  return tokens.some((token, index) =>
    isKeyword(token, "LIMIT") && !isKeyword(tokens[index - 1], "PARTITION")
  );
}
