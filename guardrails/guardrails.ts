/**
 * The table of guardrails, under the names that `@waive` and the reports use.
 *
 * @module
 */
import type { Guardrail } from "./guardrail.ts";
import { claimOutsidePartitionKey } from "./rules/access/claim_outside_partition_key.ts";
import { publicWrite } from "./rules/access/public_write.ts";
import { secretColumn } from "./rules/access/secret_column.ts";
import { tenantNotBound } from "./rules/access/tenant_not_bound.ts";
import { unmaskedColumn } from "./rules/access/unmasked_column.ts";
import { unreadableStatement } from "./rules/access/unreadable_statement.ts";
import { missingDataCentre } from "./rules/keyspace/missing_data_centre.ts";
import { simpleStrategy } from "./rules/keyspace/simple_strategy.ts";
import { singleReplica } from "./rules/keyspace/single_replica.ts";
import { allowFiltering } from "./rules/reads/allow_filtering.ts";
import { indexWithoutPartitionKey } from "./rules/reads/index_without_partition_key.ts";
import { materialisedView } from "./rules/reads/materialised_view.ts";
import { partialPartitionKey } from "./rules/reads/partial_partition_key.ts";
import { sasiIndex } from "./rules/reads/sasi_index.ts";
import { secondaryIndex } from "./rules/reads/secondary_index.ts";
import { selectStar } from "./rules/reads/select_star.ts";
import { serialRead } from "./rules/reads/serial_read.ts";
import { unboundedStream } from "./rules/reads/unbounded_stream.ts";
import { unnamedColumn } from "./rules/reads/unnamed_column.ts";
import { wideIn } from "./rules/reads/wide_in.ts";
import { crossPartitionBatch } from "./rules/writes/cross_partition_batch.ts";
import { growingCollection } from "./rules/writes/growing_collection.ts";
import { listReadBeforeWrite } from "./rules/writes/list_read_before_write.ts";
import { ttlCompaction } from "./rules/writes/ttl_compaction.ts";
import { unbucketedTimeSeries } from "./rules/writes/unbucketed_time_series.ts";

export const GUARDRAILS: Readonly<Record<string, Guardrail>> = {
  "tenant-not-bound": tenantNotBound,
  "claim-outside-partition-key": claimOutsidePartitionKey,
  "public-write": publicWrite,
  "secret-column": secretColumn,
  "unmasked-column": unmaskedColumn,
  "unreadable-statement": unreadableStatement,
  "allow-filtering": allowFiltering,
  "partial-partition-key": partialPartitionKey,
  "select-star": selectStar,
  "unnamed-column": unnamedColumn,
  "wide-in": wideIn,
  "unbounded-stream": unboundedStream,
  "index-without-partition-key": indexWithoutPartitionKey,
  "secondary-index": secondaryIndex,
  "sasi-index": sasiIndex,
  "materialised-view": materialisedView,
  "cross-partition-batch": crossPartitionBatch,
  "list-read-before-write": listReadBeforeWrite,
  "growing-collection": growingCollection,
  "unbucketed-time-series": unbucketedTimeSeries,
  "ttl-compaction": ttlCompaction,
  "serial-read": serialRead,
  "simple-strategy": simpleStrategy,
  "single-replica": singleReplica,
  "missing-data-centre": missingDataCentre,
};
