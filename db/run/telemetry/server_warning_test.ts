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
    ["A text of a later Cassandra about 'secret'", "something else"],
  ];
  for (const [text, kind] of table) {
    it(`says ${kind}, and no value`, () => {
      expect(warningKind(text)).toBe(kind);
    });
  }
});
