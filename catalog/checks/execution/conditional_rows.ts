/**
 * The rows of a lightweight transaction: each write names a single row. Cassandra accepts `IN` when it prepares
 * the statement, and refuses it whenever it runs it, even for a list of one.
 *
 * Source: `makeCasRequest()` of `ModificationStatement` and `BatchStatement`, in Cassandra 5.0.
 *
 * @module
 */

import { type Relation, writesOf } from "../../statement/statement.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkConditionalRows(
  { statement, conditional }: QueryFacts,
  report: Report,
): void {
  if (!conditional) return;
  for (const write of writesOf(statement)) {
    for (const relation of write.kind === "insert" ? [] : write.where) {
      if (!mayNameSeveral(relation)) continue;
      report({
        span: relation.span,
        message: "Cannot use IN in a lightweight transaction: Cassandra refuses it",
        help:
          'Give each column of the key one value, with "="; for several rows, write a statement for each',
      });
    }
  }
}

/** To Cassandra, a list of one term is the same as `=`. */
function mayNameSeveral(relation: Relation): boolean {
  if (relation.kind !== "in" && relation.kind !== "tuple_in") return false;
  return "kind" in relation.values || relation.values.length !== 1;
}
