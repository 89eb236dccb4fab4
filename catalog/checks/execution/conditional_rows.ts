/**
 * The rows of a lightweight transaction: each write names a single row. Cassandra accepts `IN` when it prepares
 * the statement, and refuses it whenever it runs it, even if a bound list, `IN :ids`, has one member. A written list of
 * one term, `IN (:id)`, is an equality to Cassandra, and allowed.
 *
 * Source: `makeCasRequest()` of `ModificationStatement` and `BatchStatement`, in Cassandra 5.0.
 *
 * @module
 */

import { isListOfMany } from "../../statement/equal_terms.ts";
import { writesOf } from "../../statement/statement.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkConditionalRows(
  { statement, conditional }: QueryFacts,
  report: Report,
): void {
  if (!conditional) return;
  for (const write of writesOf(statement)) {
    for (const relation of write.kind === "insert" ? [] : write.where) {
      if (!isListOfMany(relation)) continue;
      report({
        span: relation.span,
        message: "Cannot use IN in a lightweight transaction: Cassandra refuses it",
        help:
          'Give each column of the key one value, with "="; for several rows, write a statement for each',
      });
    }
  }
}
