/**
 * Cassandra's own aggregates. Whether a user-defined function is an aggregate, only the server knows.
 *
 * @module
 */

import type { SelectStatement, Statement } from "./statement.ts";
import { type Term, walkTerm } from "./term.ts";

/** The classes of `AggregateFcts`, in Cassandra 5.0. */
const AGGREGATES: ReadonlySet<string> = new Set(["avg", "count", "max", "min", "sum"]);

/** Whether the term itself is one of Cassandra's own aggregates, `count(*)` included. */
export function isAggregate(term: Term): boolean {
  if (term.kind !== "call") return term.kind === "count_rows";
  const { keyspace, name } = term.function;
  return (keyspace === null || keyspace.name === "system") && AGGREGATES.has(name.name);
}

/** Whether a statement answers with one row for all rows that it reads, by an aggregate of Cassandra's own. */
export function aggregatesAllRows(statement: Statement): statement is SelectStatement {
  return statement.kind === "select" && statement.groupBy.length === 0 &&
    statement.selectors?.some(({ term }) => walkTerm(term).some(isAggregate)) === true;
}
