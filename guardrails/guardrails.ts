/**
 * The table of guardrails, under the names that `@waive` and the reports use.
 *
 * @module
 */
import type { Guardrail } from "./guardrail.ts";
import { allowFiltering } from "./rules/allow_filtering.ts";
import { claimOutsidePartitionKey } from "./rules/claim_outside_partition_key.ts";
import { crossPartitionBatch } from "./rules/cross_partition_batch.ts";
import { growingCollection } from "./rules/growing_collection.ts";
import { indexWithoutPartitionKey } from "./rules/index_without_partition_key.ts";
import { listReadBeforeWrite } from "./rules/list_read_before_write.ts";
import { materialisedView } from "./rules/materialised_view.ts";
import { missingDataCentre } from "./rules/missing_data_centre.ts";
import { partialPartitionKey } from "./rules/partial_partition_key.ts";
import { publicWrite } from "./rules/public_write.ts";
import { sasiIndex } from "./rules/sasi_index.ts";
import { secondaryIndex } from "./rules/secondary_index.ts";
import { secretColumn } from "./rules/secret_column.ts";
import { selectStar } from "./rules/select_star.ts";
import { serialRead } from "./rules/serial_read.ts";
import { simpleStrategy } from "./rules/simple_strategy.ts";
import { singleReplica } from "./rules/single_replica.ts";
import { tenantNotBound } from "./rules/tenant_not_bound.ts";
import { ttlCompaction } from "./rules/ttl_compaction.ts";
import { unboundedStream } from "./rules/unbounded_stream.ts";
import { unbucketedTimeSeries } from "./rules/unbucketed_time_series.ts";
import { unmaskedColumn } from "./rules/unmasked_column.ts";
import { wideIn } from "./rules/wide_in.ts";

export const GUARDRAILS: Readonly<Record<string, Guardrail>> = {
  "tenant-not-bound": tenantNotBound,
  "claim-outside-partition-key": claimOutsidePartitionKey,
  "public-write": publicWrite,
  "secret-column": secretColumn,
  "unmasked-column": unmaskedColumn,
  "allow-filtering": allowFiltering,
  "partial-partition-key": partialPartitionKey,
  "select-star": selectStar,
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
