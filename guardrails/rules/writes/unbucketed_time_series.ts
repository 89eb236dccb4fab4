/**
 * Rows that are added to a partition forever.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { partsOf } from "../../restrictions.ts";

const TIMES: readonly string[] = ["timestamp", "timeuuid"];
const BUCKET_NAME = /(?:^|_)(?:bucket|hour|day|date|week|month|quarter|year|shard)$/;
const BUCKET_TYPES: readonly string[] = ["timestamp", "date"];

export const unbucketedTimeSeries: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "An INSERT into a time series whose partition key has no bucket, without a TTL",
  cost:
    "The partition grows as long as the service runs. Beyond some hundred megabytes reads, repairs and compactions of it slow the node down",
  instead: 'Add a bucket to the partition key, and let "@param month in bucket:… by=month" fill it',
  source: "Data modeling › Refining the data model › breaking large partitions",
  inspect({ query: { parsed, params }, schema }) {
    if (schema === null) return [];
    const buckets = new Set(
      params.filter(({ source }) => source.in === "bucket").map(({ name }) => name),
    );
    return partsOf(parsed).flatMap((part, index) => {
      const table = schema.tables[index] ?? null;
      if (part.kind !== "insert" || table === null) return [];
      const isTime = table.clusteringKey.slice(0, 1).some(({ name }) =>
        TIMES.includes(table.types.get(name)?.kind ?? "")
      );
      const isBucketed = table.partitionKey.some((column) =>
        BUCKET_NAME.test(column) || buckets.has(column) ||
        BUCKET_TYPES.includes(table.types.get(column)?.kind ?? "")
      );
      const expires = table.defaultTtlSeconds > 0 || part.using.some(({ kind }) => kind === "ttl");
      if (!isTime || isBucketed || expires) return [];
      return [{
        span: part.table.span,
        message: `Cannot bound the partitions of "${table.name}": they grow with time`,
      }];
    });
  },
};
