/**
 * Which row an INSERT writes, known from its encoded values: rows of the same partition may go to Cassandra in
 * one batch, as long as all of them are different.
 *
 * @module
 */
import { insertedTerms } from "../../../catalog/statement/equal_terms.ts";
import type { Statement } from "../../../catalog/statement/statement.ts";
import { type Term, walkTerm } from "../../../catalog/statement/term.ts";
import type { Table } from "../../schema/table.ts";
import { isPure } from "./native_functions.ts";
import type { PreparedParam, RowKey } from "../prepared_query.ts";

/**
 * Null if rows cannot be told apart, and so have to be written one by one: statements other than a
 * plain INSERT, keys that are worked out in the statement, and static columns, which the rows of a
 * partition share.
 */
export function rowKeyOf(
  statement: Statement,
  params: readonly PreparedParam[],
  table: Table | null,
): RowKey | null {
  if (statement.kind !== "insert" || statement.source.kind !== "values" || table === null) {
    return null;
  }
  const terms = new Map(insertedTerms(statement).map(({ column, term }) => [column.name, term]));
  if ([...terms.keys()].some((column) => table.statics.has(column))) return null;
  const partition = positionsOf(table.partitionKey, terms, params);
  const clusteringKey = table.clusteringKey.map(({ name }) => name);
  const row = positionsOf(clusteringKey, terms, params);
  if (partition === null || row === null) return null;
  return { partition, row };
}

/** Where the parameters that stand for the columns are bound; null if something else does. */
function positionsOf(
  columns: readonly string[],
  terms: ReadonlyMap<string, Term>,
  params: readonly PreparedParam[],
): number[] | null {
  const found: number[] = [];
  for (const column of columns) {
    const term = terms.get(column);
    if (term === undefined) return null;
    if (isConstant(term)) continue;
    const name = term.kind === "marker" ? term.name : null;
    const param = params.find(({ param }) => param.name === name);
    if (param === undefined || !param.codec.isEqualByBytes) return null;
    found.push(param.positions[0]!);
  }
  return found;
}

/** Whether a term is the same in every row. */
function isConstant(term: Term): boolean {
  return isPure(term) && walkTerm(term).every(({ kind }) => kind !== "marker");
}
