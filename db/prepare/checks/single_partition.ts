/**
 * A batch that is not logged, or that has conditions, is only whole where it is one write to one
 * partition: that must be provable before it is served. A logged batch may span partitions.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import type { WriteStatement } from "../../../catalog/statement/statement.ts";
import type { Span } from "../../../catalog/text/source.ts";
import type { Table } from "../../schema/table.ts";
import { keyForms } from "../facts/key_forms.ts";
import type { StatementContext } from "../statement_context.ts";

/** Reports a batch that has to be in one partition, and whose writes may go to different ones. */
export function checkSinglePartition(query: Query, { tables, report }: StatementContext): void {
  const batch = batchInOnePartition(query);
  if (batch === null) return;
  const partitions = batch.writes?.map((write, index) => partitionOf(write, tables[index] ?? null));
  // Cassandra itself refuses conditions on several partitions, when it runs them.
  const doubtful = batch.name === "conditional"
    ? partitions?.filter((partition) => partition !== null)
    : partitions;
  if (doubtful !== undefined && areSame(doubtful)) return;
  report({
    span: batch.span,
    message:
      `Cannot serve this ${batch.name} batch: its statements are not provably in one partition`,
    help:
      `Give the whole partition key of one table the same markers or constants in each statement${
        query.conditional ? "" : ', or use "BEGIN BATCH"'
      }`,
  });
}

interface OnePartitionBatch {
  readonly name: string;
  readonly span: Span;
  /** Null if the batch cannot be read. */
  readonly writes: readonly WriteStatement[] | null;
}

/** What asks for one partition; null for a batch that may have many. */
function batchInOnePartition({ parsed, conditional }: Query): OnePartitionBatch | null {
  if (parsed.kind === "opaque" && parsed.verb === "batch" && parsed.batchType !== "logged") {
    return { name: parsed.batchType?.toUpperCase() ?? "unknown", span: parsed.span, writes: null };
  }
  if (parsed.kind !== "batch") return null;
  const { type, typeSpan: span, statements: writes } = parsed;
  if (type !== "logged") return { name: type.toUpperCase(), span, writes };
  return conditional ? { name: "conditional", span, writes } : null;
}

/** Whether writes provably go to one partition. */
export function areInOnePartition(
  writes: readonly WriteStatement[],
  tables: readonly (Table | null)[],
): boolean {
  return areSame(writes.map((write, index) => partitionOf(write, tables[index] ?? null)));
}

interface Partition {
  readonly table: Table;
  /** What each column of the key is, wherever that is written. */
  readonly key: readonly string[];
}

function areSame(partitions: readonly (Partition | null)[]): boolean {
  const [first, ...others] = partitions;
  return first !== null &&
    others.every((other) =>
      other !== null && other.table === first?.table && other.key.join() === first.key.join()
    );
}

/** Null if the partition key is not known as a whole. */
function partitionOf(write: WriteStatement, table: Table | null): Partition | null {
  const key = table === null ? null : keyForms(write, table.partitionKey);
  return table === null || key === null ? null : { table, key };
}
