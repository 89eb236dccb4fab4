/**
 * `@consistency` against the types and keys of the tables: what a statement cannot do at its level, Cassandra says
 * only when it runs it. What the text alone shows is in `catalog/checks/execution/consistency_level.ts`.
 *
 * Source: `ConsistencyLevel.validateCounterForWrite()`, `validateForCasCommit()`,
 * `ModificationStatement.readRequiredLists()`, `SelectStatement.execute()` and `StorageProxy.read()` of Cassandra 5.0.
 *
 * @module
 */
import type { Consistency, Query } from "../../../../catalog/query.ts";
import { writesOf, type WriteStatement } from "../../../../catalog/statement/statement.ts";
import { isSerial } from "../../../../catalog/tags/execution/consistency_tag.ts";
import type { Span } from "../../../../catalog/text/source.ts";
import type { Table } from "../../../schema/table.ts";
import type { Session } from "../../../driver/session.ts";
import { mayAggregate } from "../../facts/native_functions.ts";
import { takesSeveralPartitions } from "../../facts/several_partitions.ts";
import type { StatementContext } from "../../statement_context.ts";

export function checkLevelFit(
  query: Query,
  context: StatementContext,
  session: Pick<Session, "keyspace" | "topology">,
): void {
  const { level } = query.consistency;
  if (level === "ANY") checkAny(query, context);
  if (level === "EACH_QUORUM") checkEachQuorum(query, context, session);
  if (isSerial(level)) checkSerial(query, level, context);
}

function checkAny({ parsed, conditional }: Query, { tables, report }: StatementContext): void {
  const help = 'Use "ONE" or "LOCAL_ONE", the weakest levels that read';
  for (const [index, write] of writesOf(parsed).entries()) {
    const table = tables[index] ?? null;
    if (table === null) continue;
    // Cassandra does not check the level for counters in a batch.
    if (parsed.kind !== "batch" && hasCounters(table)) {
      report({
        span: write.table.span,
        message: 'Cannot write counters at consistency level "ANY"',
        help,
      });
    }
    // A lightweight transaction reads the list at its serial level.
    for (const span of conditional ? [] : listReads(write, table)) {
      report({
        span,
        message: 'Cannot change this at consistency level "ANY": Cassandra has to read the list',
        help,
      });
    }
  }
}

function hasCounters({ types }: Table): boolean {
  return types.values().some(({ kind }) => kind === "counter");
}

/** The places where elements of a list are found by their index or their value. */
function listReads(write: WriteStatement, { types }: Table): Span[] {
  const changed: readonly {
    readonly kind: string;
    readonly column: { readonly name: string };
    readonly span: Span;
  }[] = write.kind === "update"
    ? write.assignments
    : write.kind === "delete"
    ? write.deletions
    : [];
  return changed.filter(({ kind, column }) =>
    (kind === "element" || kind === "subtract") && types.get(column.name)?.kind === "list"
  ).map(({ span }) => span);
}

/** The level at which a lightweight transaction is committed: it has to know the data centres. */
function checkEachQuorum(
  { conditional, statementSpan }: Query,
  { statement, report }: StatementContext,
  session: Pick<Session, "keyspace" | "topology">,
): void {
  const keyspace = statement.keyspace ?? session.keyspace;
  if (!conditional || keyspace === null) return;
  const strategy = session.topology()?.replicationOf(keyspace)?.strategy;
  if (strategy !== "SimpleStrategy") return;
  report({
    span: statementSpan,
    message:
      `Cannot commit a lightweight transaction at consistency level "EACH_QUORUM": the keyspace has ${strategy}`,
    help: 'Use "QUORUM", or replicate the keyspace by NetworkTopologyStrategy',
  });
}

/**
 * Cassandra reads one partition after the other where it aggregates the rows, or where it cannot know that they
 * fit in a page.
 */
function checkSerial(
  { parsed }: Query,
  level: Consistency,
  { table, report }: StatementContext,
): void {
  if (parsed.kind !== "select") return;
  const { where, orderBy, limit, groupBy, selectors } = parsed;
  const clauses = [
    ...orderBy.length > 0 ? ["ORDER BY"] : [],
    ...limit === null ? [] : ["LIMIT"],
  ];
  const mayMakeFewer = groupBy.length > 0 ||
    (selectors ?? []).some(({ term }) => mayAggregate(term));
  if (clauses.length === 0 || mayMakeFewer) return;
  for (const relation of where) {
    if (!takesSeveralPartitions(relation, table)) continue;
    report({
      span: relation.span,
      message: `Cannot read several partitions at once at consistency level "${level}"`,
      help: `Name one partition, with "=", or remove ${
        clauses.join(" and ")
      }, or use another level`,
    });
  }
}
