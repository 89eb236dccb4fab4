/**
 * `@walk` against the types of its markers and the order of its table: the bucket must be part of the
 * partition key, or the walk would not go from partition to partition.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Query, Walk } from "../catalog/query.ts";
import type { Codec } from "../codec/codec.ts";
import { bucketEncoder, instantReader } from "./bucket_param.ts";
import type { PreparedParam, StatementContext } from "./prepare_params.ts";

/** An `@walk` with what the types of its markers say. */
export interface PreparedWalk extends Walk {
  /** An end of the range in milliseconds since 1970; NaN outside of the years 0000 to 9999. */
  instantOf(bytes: Buffer): number;
  /** The bucket that begins at `start`, as it is bound; null where its type cannot name it. */
  encode(start: number): Buffer | null;
}

export function prepareWalk(
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
  const typed = withTypes(walk, { bucket: bucket.codec, from: from.codec, to: to.codec });
  if (typeof typed !== "string") return typed;
  report({
    span: walk.span,
    message: typed,
    help:
      'Walk along "timestamp" or "date" markers, with a bucket of type "text", "date", "timestamp" or "int"',
  });
  return null;
}

/** The walk with its types, or what stands against it. */
function withTypes(
  walk: Walk,
  { bucket, from, to }: { bucket: Codec; from: Codec; to: Codec },
): PreparedWalk | string {
  if (from.cql !== to.cql) return `Cannot walk from a "${from.cql}" to a "${to.cql}"`;
  const instantOf = instantReader(from);
  if (instantOf === null) return `Cannot walk along values of type "${from.cql}"`;
  const encode = bucketEncoder(bucket, walk.by);
  return typeof encode === "string" ? encode : { ...walk, instantOf, encode };
}
