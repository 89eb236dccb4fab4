/**
 * `@mask` against the statement: a caller who may not see a column must not learn its values by comparing,
 * sorting or grouping either, and an answer whose columns cannot be told apart cannot be masked.
 *
 * @module
 */

import { masksOf } from "../../parse/masks.ts";
import { arrangingColumns, columnsOfRelation } from "../../statement/names_of.ts";
import {
  isConditional,
  type Relation,
  type Statement,
  writesOf,
  type WriteStatement,
} from "../../statement/statement.ts";
import type { Name } from "../../statement/term.ts";
import type { Mask } from "../../tags/policy/mask_tag.ts";
import type { Report } from "../../text/source.ts";
import { answersWithValues } from "../answer/answered_columns.ts";
import type { QueryFacts } from "../rule.ts";

export function checkMaskedColumns(query: QueryFacts, report: Report): void {
  const masks = masksOf(query.tags);
  const [first] = masks;
  // What an `:exec` without values answers is the same whatever the row has.
  if (first === undefined || !answersWithValues(query)) return;
  reportManyConditions(masks, report);
  if (reportUnreadable(query, first.column, report)) return;
  for (const { name, span } of revealingNames(query.statement)) {
    const mask = masks.find(({ column }) => column === name);
    if (mask === undefined) continue;
    report({
      span,
      message: `Cannot use "${name}" here: it is masked, and the answer would reveal its value`,
      help: `Add "${
        mask.unless.join(" ")
      }" to its @scope, so that every caller sees it, or leave it out here`,
    });
  }
  const expression = relationsOf(query.statement).find(({ kind }) => kind === "index_expression");
  if (expression === undefined) return;
  report({
    span: expression.span,
    message: `Cannot use an index expression: it may compare "${first.column}", which is masked`,
    help: "Name the columns that are compared",
  });
}

/** Each set of scopes doubles what callers may see of the query, and the service keeps each such view. */
const MAX_CONDITIONS = 6;

function reportManyConditions(masks: readonly Mask[], report: Report): void {
  const conditions = new Map(masks.map((mask) => [mask.unless.toSorted().join(" "), mask]));
  const [, mask] = [...conditions][MAX_CONDITIONS] ?? [];
  if (mask === undefined) return;
  report({
    span: mask.span,
    message: `Cannot mask by more than ${MAX_CONDITIONS} different sets of scopes in a query`,
    help: "Use the same scopes for columns that the same people see",
  });
}

/** Reports a statement whose values cannot be told apart. */
function reportUnreadable(
  { statement, start }: QueryFacts,
  column: string,
  report: Report,
): boolean {
  const cannotMask = (state: string, { span = start.span, help }: Partial<typeof start> & {
    readonly help: string;
  }) => {
    report({ span, message: `Cannot mask "${column}": ${state}`, help });
    return true;
  };
  if (statement.kind === "opaque") {
    return cannotMask("the statement cannot be read from here on", {
      span: statement.obstacle.span,
      help: "Write it in a form that this release knows, or move it to a file without the mask",
    });
  }
  if (statement.kind === "select") {
    if (!statement.json) return false;
    return cannotMask("a row of SELECT JSON is a single text", {
      help: 'Select the columns without "JSON"',
    });
  }
  const hasJson = writesOf(statement).some((write) =>
    write.kind === "insert" && write.source.kind === "json"
  );
  if (!hasJson) return false;
  return cannotMask("INSERT JSON does not name the columns that it writes", {
    help: 'Name them, as "INSERT INTO notes (id, body) VALUES (:id, :body)"',
  });
}

/** The columns that decide which rows are answered, in which order, or whether a condition holds. */
function revealingNames(statement: Statement): Name[] {
  const compared = relationsOf(statement).flatMap(columnsOfRelation);
  return statement.kind === "select" ? [...compared, ...arrangingColumns(statement)] : compared;
}

/** For a write, those that its answer depends on: without a condition, a write reveals nothing about a row. */
function relationsOf(statement: Statement): readonly Relation[] {
  if (statement.kind === "select") return statement.where;
  return isConditional(statement) ? writesOf(statement).flatMap(relationsOfWrite) : [];
}

function relationsOfWrite(write: WriteStatement): readonly Relation[] {
  const conditions = write.condition?.kind === "relations" ? write.condition.relations : [];
  return [...write.kind === "insert" ? [] : write.where, ...conditions];
}
