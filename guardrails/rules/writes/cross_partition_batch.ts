/**
 * A logged batch over several partitions.
 *
 * @module
 */
import { areInOnePartition } from "../../../db/prepare/checks/single_partition.ts";
import type { QueryGuardrail } from "../../guardrail.ts";

export const crossPartitionBatch: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "A logged batch whose writes go to several partitions",
  cost:
    "Cassandra first writes the whole batch to the batchlog of two other nodes, and removes it afterwards. It is right for tables that must agree, and wrong for speed",
  instead: "Write rows that need not agree by requests of their own, or with @bulk",
  source: "CQL › Data manipulation › BATCH",
  inspect({ query: { parsed }, schema }) {
    if (parsed.kind !== "batch" || parsed.type !== "logged" || schema === null) return [];
    if (areInOnePartition(parsed.statements, schema.tables)) return [];
    return [{
      span: parsed.typeSpan,
      message: "Cannot write several partitions at the price of one",
    }];
  },
};
