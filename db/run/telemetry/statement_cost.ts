/**
 * What a statement took, in numbers: time, attempts, rows and bytes each way.
 *
 * @module
 */
import { bytesOfValues, type PackedRow } from "../../../codec/packed/packed_rows.ts";
import type { StatementCost } from "../../../observe/observation.ts";
import type { BoundValues, RawRows } from "../../driver/internals/driver_types.ts";
import type { Attempts } from "../../driver/timing/attempts.ts";

export interface StatementRun {
  readonly attempts: Attempts;
  /** The values of a row, or the rows of a batch. */
  readonly bound: readonly (BoundValues | PackedRow)[];
  /** Null if there was no answer. */
  readonly answer: RawRows | null;
  readonly writes: boolean;
  /** When it ended, in the time of `performance.now()`. */
  readonly now: number;
}

export function costOf({ attempts, bound, answer, writes, now }: StatementRun): StatementCost {
  return {
    serverMs: attempts.waitedMs(now),
    attempts: attempts.sent,
    preparedAgain: attempts.preparedAgain,
    rowsSent: writes && attempts.sent > 0 ? bound.length : 0,
    bytesSent: attempts.sent > 0 ? bytesOf(bound) : 0,
    rowsReceived: answer?.length ?? 0,
    bytesReceived: answer === null ? 0 : answer.end - answer.offset,
  };
}

/** Null and unset values have no bytes. */
function bytesOf(rows: StatementRun["bound"]): number {
  let bytes = 0;
  for (const row of rows) {
    if ("block" in row) bytes += bytesOfValues(row);
    else for (const value of row) bytes += value?.length ?? 0;
  }
  return bytes;
}
