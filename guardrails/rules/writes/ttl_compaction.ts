/**
 * Rows that expire, on a table whose compaction seldom drops them.
 *
 * @module
 */
import type { QueryGuardrail } from "../../guardrail.ts";
import { partsOf } from "../../restrictions.ts";

const UNSUITED = ["SizeTieredCompactionStrategy", "LeveledCompactionStrategy"];

export const ttlCompaction: QueryGuardrail = {
  about: "query",
  severity: "warning",
  finds: "A write with a TTL to a table of size-tiered or leveled compaction",
  cost:
    "Expired rows become tombstones that stay until the files around them are compacted: reads pass over them, and the disk fills with what is gone",
  instead:
    "Set the table's compaction to TimeWindowCompactionStrategy, or UnifiedCompactionStrategy",
  source: "Operating › Compaction › TWCS",
  inspect({ query: { parsed }, schema }) {
    if (schema === null) return [];
    return partsOf(parsed).flatMap((part, index) => {
      const table = schema.tables[index] ?? null;
      if (table === null || (part.kind !== "insert" && part.kind !== "update")) return [];
      if (!UNSUITED.includes(table.compaction)) return [];
      const ttl = part.using.find(({ kind }) => kind === "ttl");
      if (ttl === undefined && table.defaultTtlSeconds === 0) return [];
      return [{
        span: ttl?.span ?? part.table.span,
        message:
          `Cannot drop expired rows of "${table.name}" as a whole: its compaction is ${table.compaction}`,
      }];
    });
  },
};
