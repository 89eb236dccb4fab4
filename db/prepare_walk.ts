/**
 * `@walk` against the types of its markers and the order of its table: the bucket must be part of the
 * partition key, or the walk would not go from partition to partition.
 *
 * @module
 */
import type { Query } from "../catalog/query.ts";
import { type PreparedWalk, prepareWalk } from "./bucket_param.ts";
import type { PreparedParam, StatementContext } from "./prepare_params.ts";

export function prepareQueryWalk(
  query: Query,
  params: readonly PreparedParam[],
  { statement, table, report }: StatementContext,
): PreparedWalk | null {
  const { walk } = query;
  if (walk === null) return null;
  const find = (name: string) => params.find(({ param }) => param.name === name);
  const [bucket, from, to] = [find(walk.bucket), find(walk.from), find(walk.to)];
  // A marker without a codec is reported already.
  if (bucket === undefined || from === undefined || to === undefined) return null;
  if (!bucket.positions.every((position) => statement.partitionKey.includes(position))) {
    report({
      span: walk.span,
      message: `Cannot walk along "${walk.bucket}": it is not part of the whole partition key`,
      help: 'Restrict every column of the partition key by "=", the bucket among them',
    });
  }
  const order = walk.order.toUpperCase();
  const isOrdered = table === null || table.clusteringOrder.includes(order);
  if (!isOrdered && !/\border\s+by\b/i.test(query.statement)) {
    report({
      span: walk.span,
      message:
        `Cannot walk in the order "${walk.order}": the rows of a bucket come in the other one`,
      help: `Name the order of the table, or add "ORDER BY … ${order}" to the statement`,
    });
  }
  const prepared = prepareWalk(walk, {
    bucket: bucket.codec,
    from: from.codec,
    to: to.codec,
  });
  if (typeof prepared !== "string") return prepared;
  report({
    span: walk.span,
    message: prepared,
    help:
      'Walk along "timestamp" or "date" markers, with a bucket of type "text", "date", "timestamp" or "int"',
  });
  return null;
}
