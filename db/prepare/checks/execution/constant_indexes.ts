/**
 * Constant indexes of a list that are negative: Cassandra accepts them when it prepares a statement, and refuses the
 * statement each time it runs it. To a map, they are keys.
 *
 * @module
 */
import type { Query } from "../../../../catalog/query.ts";
import {
  type Assignment,
  type Subject,
  writesOf,
  type WriteStatement,
} from "../../../../catalog/statement/statement.ts";
import { type Term, unhinted } from "../../../../catalog/statement/term.ts";
import type { StatementContext } from "../../statement_context.ts";

export function checkConstantIndexes(
  { parsed }: Query,
  { tables, report }: StatementContext,
): void {
  for (const [index, write] of writesOf(parsed).entries()) {
    for (const { column, key } of elementsOf(write)) {
      if (tables[index]?.types.get(column.name)?.kind !== "list" || !isNegative(key)) continue;
      report({
        span: key.span,
        message: `Cannot run a statement with a negative index of the list "${column.name}": ` +
          "Cassandra refuses it",
        help: "Write an index from 0, or a marker",
      });
    }
  }
}

type Element = Extract<Assignment | Subject, { kind: "element" }>;

/** What is set, deleted or compared. */
function elementsOf(write: WriteStatement): Element[] {
  const changed: readonly (Assignment | Subject)[] = write.kind === "update"
    ? write.assignments
    : write.kind === "delete"
    ? write.deletions
    : [];
  const relations = write.condition?.kind === "relations" ? write.condition.relations : [];
  const compared = relations.flatMap((relation) => "subject" in relation ? relation.subject : []);
  return [...changed, ...compared].filter((place): place is Element => place.kind === "element");
}

function isNegative(key: Term): boolean {
  const term = unhinted(key);
  if (term.kind === "negation") return unhinted(term.operand).kind === "literal";
  return term.kind === "literal" && term.type === "integer" && BigInt(term.value) < 0n;
}
