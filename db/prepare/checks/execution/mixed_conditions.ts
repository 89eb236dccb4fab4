/**
 * The conditions that the writes of a batch have on the same row: Cassandra accepts several kinds of them when it
 * prepares the batch, and refuses it whenever it runs it.
 *
 * Source: `CQL3CasRequest.java` of Cassandra 5.0. Conditions on static columns are about the partition, whichever row
 * their write names.
 *
 * @module
 */
import type { Query } from "../../../../catalog/query.ts";
import { columnsOfRelation } from "../../../../catalog/statement/names_of.ts";
import type { Condition, WriteStatement } from "../../../../catalog/statement/statement.ts";
import type { Table } from "../../../schema/table.ts";
import { keyForms } from "../../facts/key_forms.ts";
import type { StatementContext } from "../../statement_context.ts";

/** The static columns of the partition, which have conditions of their own. */
const STATIC = "static";

export function checkMixedConditions(
  { parsed }: Query,
  { tables, report }: StatementContext,
): void {
  if (parsed.kind !== "batch") return;
  const kinds = new Map<string, Condition["kind"]>();
  for (const [index, write] of parsed.statements.entries()) {
    const { condition } = write;
    const table = tables[index] ?? null;
    if (condition === null || table === null) continue;
    const rows = rowsOf(write, condition, table);
    if (rows.some((row) => (kinds.get(row) ?? condition.kind) !== condition.kind)) {
      report({
        span: condition.span,
        message: "Cannot have this condition and another kind on the same row: Cassandra refuses " +
          "the batch",
        help: "Use one of IF EXISTS, IF NOT EXISTS and comparisons for all conditions on a row",
      });
    }
    for (const row of rows) kinds.set(row, kinds.get(row) ?? condition.kind);
  }
}

/** What the condition is about, as far as it is known. */
function rowsOf(write: WriteStatement, condition: Condition, table: Table): string[] {
  const row = rowOf(write, table);
  const own = row === null ? [] : [row];
  if (condition.kind !== "relations") return own;
  const isStatic = condition.relations.flatMap(columnsOfRelation)
    .map(({ name }) => table.statics.has(name));
  return [...isStatic.includes(true) ? [STATIC] : [], ...isStatic.includes(false) ? own : []];
}

/** Null if it is not known. */
function rowOf(write: WriteStatement, { clusteringKey }: Table): string | null {
  const names = clusteringKey.map(({ name }) => name);
  if (names.length > 0 && !restrictsAny(write, names)) return STATIC;
  const forms = keyForms(write, names);
  return forms === null ? null : JSON.stringify(forms);
}

/** Whether it says anything about the row within its partition; JSON may. */
function restrictsAny(write: WriteStatement, names: readonly string[]): boolean {
  if (write.kind === "insert" && write.source.kind === "json") return true;
  const columns = write.kind === "insert"
    ? write.source.kind === "json" ? [] : write.source.columns
    : write.where.flatMap(columnsOfRelation);
  return columns.some(({ name }) => names.includes(name));
}
