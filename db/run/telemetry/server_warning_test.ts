import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { warningKind } from "./server_warning.ts";

describe("warningKind()", () => {
  const table: [string, string][] = [
    ["Aggregation query used without partition key", "an aggregate without a partition key"],
    [
      "Aggregation query used on multiple partition keys (IN restriction)",
      "an aggregate over several partitions",
    ],
    [
      "Read 5000 live rows and 1001 tombstone cells for query SELECT * FROM ks.t WHERE k = 'secret' LIMIT 5000; token 1 (see tombstone_warn_threshold)",
      "many tombstones",
    ],
    [
      "Batch for [ks.t] is of size 6.000KiB, exceeding specified threshold of 5KiB by 1KiB.",
      "a large batch",
    ],
    [
      "Guardrail partition_keys_in_select violated: Query with partition keys in IN clause on table t, with number of partition keys 30 exceeds threshold 20.",
      "the guardrail partition_keys_in_select",
    ],
    [
      "Top-K queries can only be run with consistency level ONE / LOCAL_ONE / NODE_LOCAL. Consistency level LOCAL_QUORUM was requested. Downgrading the consistency level to LOCAL_ONE.",
      "a search for the nearest vectors, read at LOCAL_ONE or ONE in place of its own level: " +
      'write "@consistency LOCAL_ONE"',
    ],
    [
      "Top-K queries do not support paging and the page size is set to 100, which is less than LIMIT 500. The page size has been set to 500 to match the LIMIT.",
      "a search for the nearest vectors beyond one page",
    ],
    [
      "Term in column 'note' for key 'my tombstone' is too large and cannot be indexed. (term size: 9.000KiB)",
      "a value too large for its index, so that no search finds it",
    ],
    [
      "User defined function ks.plus : (int) -> int ran longer than 500ms",
      "a user-defined function that runs long",
    ],
    [
      "Executing a LOGGED BATCH on table ks.t, configured with a gc_grace_seconds of 0. The gc_grace_seconds is used to TTL batchlog entries, so setting gc_grace_seconds too low on tables involved in an atomic batch might cause batchlog entries to expire before being replayed.",
      "a logged batch for a table whose gc_grace_seconds is 0",
    ],
    [
      "Request on table ks.t with ttl of 630720000 seconds exceeds maximum supported expiration date of 2038-01-19T03:14:06+00:00 and will have its expiration capped to that date.",
      "a TTL beyond the last date of Cassandra",
    ],
    [
      "Replica filtering protection has cached over 2000 rows during query SELECT * FROM ks.t WHERE k = 'secret'. (See 'cached_replica_rows_warn_threshold' in cassandra.yaml.)",
      "many rows on which replicas differ",
    ],
    [
      "Read on table ks.t has exceeded the size warning threshold of 1,024 bytes",
      "a large read",
    ],
    [
      "2 nodes loaded over 4096 bytes in RowIndexEntry and issued warnings for query SELECT * FROM ks.t WHERE k = 'secret' (see row_index_size_warn_threshold)",
      "a large read",
    ],
    [
      "1 nodes loaded over 4096 bytes and issued local read size warnings for query SELECT * FROM ks.t WHERE k = 'tombstone' (see local_read_size_warn_threshold)",
      "a large read",
    ],
    [
      "1 nodes referenced more than allowed number of indexes without restrictions on partition key, maximum on a node being 40 indexes, and issued warnings for query SELECT * FROM ks.t WHERE v = 'secret' (see sai_sstable_indexes_per_query_warn_threshold)",
      "an index that reads many of its files",
    ],
    ["A text of a later Cassandra about 'secret'", "something else"],
  ];
  for (const [text, kind] of table) {
    it(`says ${kind}, and no value`, () => {
      expect(warningKind(text)).toBe(kind);
    });
  }
});
