/**
 * Checks writes that each make a row of their own: every complete read of a partition has what was
 * acknowledged before it, nothing that was refused, and nothing that nobody wrote.
 *
 * @module
 */
import { canSee, type Fault, type Interval, mustSee, type Write } from "../history.ts";

export interface RowWrite extends Write {
  readonly partition: string;
  /** Unique in its partition. */
  readonly row: string;
}

/** A whole partition, as one read found it. */
export interface PartitionRead extends Interval {
  readonly partition: string;
  readonly rows: readonly string[];
}

export function checkRows(
  writes: readonly RowWrite[],
  reads: readonly PartitionRead[],
): Fault[] {
  const byPartition = Map.groupBy(writes, ({ partition }) => partition);
  return reads.flatMap((read) => checkRead(byPartition.get(read.partition) ?? [], read));
}

function checkRead(writes: readonly RowWrite[], read: PartitionRead): Fault[] {
  const where = `row of "${read.partition}", read at ${Math.round(read.startedAt)} ms`;
  const rows = new Set(read.rows);
  const written = new Map(writes.map((write) => [write.row, write]));
  const faults: Fault[] = [];
  if (rows.size < read.rows.length) faults.push(`A ${where} is there twice`);
  for (const write of writes) {
    if (mustSee(read, write) && !rows.has(write.row)) {
      faults.push(`An acknowledged ${where} is missing: "${write.row}"`);
    }
  }
  for (const row of rows) {
    const write = written.get(row);
    if (write === undefined) faults.push(`A ${where} was never written: "${row}"`);
    else if (write.verdict === "refused") faults.push(`A refused ${where} is there: "${row}"`);
    else if (!canSee(read, write)) faults.push(`A ${where} is there too early: "${row}"`);
  }
  return faults;
}
