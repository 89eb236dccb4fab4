/**
 * The parameters whose values are a part of a partition key, as the statement says: what the server tells is empty
 * for a key with a constant, and only the last of `IN (:a, :b)`.
 *
 * @module
 */
import type { PreparedQuery } from "../prepared_query.ts";

/** Names of parameters. */
export interface KeyParams {
  /** In every part of a key, Cassandra takes as many bytes as fit in its length. */
  readonly parts: readonly string[];
  /** Those that are a key of one column, of which Cassandra takes no empty value. */
  readonly alone: readonly string[];
}

export function keyParamsOf({ partitions }: Pick<PreparedQuery, "partitions">): KeyParams {
  const whole = partitions.filter(({ columns, key }) => key.length === columns.length);
  return {
    parts: whole.flatMap(namesIn),
    alone: whole.filter(({ columns }) => columns.length === 1).flatMap(namesIn),
  };
}

function namesIn({ key }: PreparedQuery["partitions"][number]): string[] {
  return key.flatMap(({ isOneOf, sources }) => {
    // The parameter of `IN :list` is a list of keys, and none itself.
    if (isOneOf && sources.length === 1) return [];
    return sources.flatMap((source) => "param" in source ? source.param.param.name : []);
  });
}
