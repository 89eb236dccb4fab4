/**
 * Constant vectors that an index does not take. Cassandra takes them when it prepares a statement, and fails on the
 * replicas each time that it runs it.
 *
 * @module
 */
import type { Query } from "../../../../catalog/query.ts";
import { columnValues } from "../../../../catalog/statement/column_values.ts";
import { fromJsonText } from "../../../../catalog/statement/from_json.ts";
import { type Term, unhinted } from "../../../../catalog/statement/term.ts";
import { indexExpectation } from "../../../schema/indexed_vector.ts";
import type { StatementContext } from "../../statement_context.ts";

export function checkConstantVectors(
  { parsed }: Query,
  { tables, report }: StatementContext,
): void {
  const searched = parsed.kind !== "select"
    ? []
    : parsed.orderBy.flatMap(({ column, nearest }) =>
      nearest === null ? [] : [{ column: column.name, value: nearest, statement: 0 }]
    );
  // A condition compares with what is stored, and no index is asked.
  const stored = columnValues(parsed).filter(({ isCondition }) => !isCondition);
  for (const { column, value, statement } of [...stored, ...searched]) {
    const similarity = tables[statement]?.similarities.get(column);
    const numbers = similarity === undefined ? null : numbersIn(value);
    if (similarity === undefined || numbers === null) continue;
    const expectation = indexExpectation(numbers, similarity);
    if (expectation === null) continue;
    report({
      span: value.span,
      message: `Cannot use this vector with the index of "${column}": expected ${expectation}`,
      help: "Correct the vector: Cassandra fails with it each time that the statement runs",
    });
  }
}

/** The numbers of a constant vector; null for anything else. */
function numbersIn(value: Term): number[] | null {
  const term = unhinted(value);
  if (term.kind === "list") return allNumbers(term.items.map(numberIn));
  const text = fromJsonText(term);
  if (text === null) return null;
  try {
    const json: unknown = JSON.parse(text.value);
    return Array.isArray(json) ? allNumbers(json) : null;
  } catch {
    return null;
  }
}

function numberIn(value: Term): number {
  const term = unhinted(value);
  if (term.kind === "negation") return -numberIn(term.operand);
  const isNumber = term.kind === "literal" && (term.type === "integer" || term.type === "float");
  return isNumber ? Number(term.value) : NaN;
}

/** Cassandra decides about NaN, too. */
function allNumbers(values: readonly unknown[]): number[] | null {
  const numbers = values.filter((value) => typeof value === "number" && !Number.isNaN(value));
  return numbers.length === values.length ? numbers as number[] : null;
}
