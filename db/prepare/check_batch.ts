/**
 * A batch that is not logged, or that has conditions, is only whole where it is one write to one
 * partition: that must be provable before it is served. A logged one may span partitions.
 *
 * @module
 */
import type { Query } from "../../catalog/query.ts";
import type { Report, Span } from "../../catalog/text/source.ts";
import { tokenize } from "../../catalog/text/tokenize.ts";
import type { PreparedStatement } from "../driver/driver_types.ts";

/**
 * Reports a batch that has to be in one partition, and whose statements may go to different ones.
 *
 * @param inner its statements, each prepared; null for one that cannot stand alone
 */
export function checkBatch(
  query: Query,
  inner: readonly (PreparedStatement | null)[],
  report: Report,
): void {
  const kind = kindOf(query);
  if (kind === null) return;
  const partitions = inner.map(partitionOf);
  // Cassandra itself refuses conditions on several partitions: what is not bound may well be constant.
  const doubtful = kind.name === "conditional"
    ? partitions.filter((each) => each !== null)
    : partitions;
  const [first, ...others] = doubtful;
  if (first !== null && others.every((partition) => partition === first)) return;
  report({
    span: kind.span,
    message:
      `Cannot serve this ${kind.name} batch: its statements are not provably in one partition`,
    help: query.conditional
      ? "Bind the whole partition key of one table to the same markers in each statement"
      : 'Bind the whole partition key of one table to the same markers in each statement, or use "BEGIN BATCH"',
  });
}

/** What asks for one partition; null for a batch that may have many. */
function kindOf({ statementSpan, conditional }: Query): { name: string; span: Span } | null {
  const tokens = tokenize(statementSpan, () => {}).filter(({ kind }) => kind !== "comment");
  const [begin, type] = tokens;
  const name = type?.text.toUpperCase();
  if (name === "UNLOGGED" || name === "COUNTER") return { name, span: type!.span };
  return conditional ? { name: "conditional", span: begin!.span } : null;
}

/** The table and the markers of its partition key; null where the key is not wholly bound. */
function partitionOf(statement: PreparedStatement | null): string | null {
  if (statement === null || statement.partitionKey.length === 0) return null;
  const { keyspace, table, binds, partitionKey } = statement;
  return JSON.stringify([keyspace, table, partitionKey.map((index) => binds[index]!.name)]);
}
