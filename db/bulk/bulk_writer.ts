/**
 * A prepared write for many inputs: which of them go to Cassandra together, with which write time, and whether
 * an attempt may be repeated. `group_sender.ts` decides how many are under way at once.
 *
 * @module
 */
import type { PackedRow } from "../../codec/packed/packed_rows.ts";
import type { Steps } from "../../runtime/steps.ts";
import type { ServiceError } from "../../errors/service_error.ts";
import type { Stopwatch } from "../../observe/stopwatch.ts";
import type { WriteTime } from "../driver/internals/driver_types.ts";
import { unpackValues } from "../prepare/packed_values.ts";
import type { PreparedQuery } from "../prepare/prepared_query.ts";
import type { Executor, Result } from "../run/execute.ts";
import type { Entry, ReadableEntry } from "./entry.ts";
import { type KeyedRow, RowKeys } from "./row_keys.ts";
import { type BulkOutcome, writeLines, type WriteLinesOptions } from "./write_lines.ts";

export interface BulkRequest extends Pick<WriteLinesOptions<unknown>, "run" | "fail" | "obstacle"> {
  /** Runs while Cassandra is being waited for. */
  readonly stopwatch: Stopwatch;
  /** The write time of all lines. Default: the time at which each is sent. */
  readonly writeTime?: WriteTime | undefined;
  /** Reads and checks an input in one step; null if that takes more. @throws {ServiceError} */
  readNow(entry: ReadableEntry): PackedRow | null;
  /** Reads and checks an input. @throws {ServiceError} */
  read(entry: ReadableEntry): Steps<PackedRow>;
  /** Takes a line that was written. */
  done?(line: number, row: PackedRow): void;
  /** The error for a line whose condition did not hold; null if it was written before. */
  notApplied(row: PackedRow, result: Result): ServiceError | null;
}

/** Writes the entries of one request, as `writeLines` does. Never rejects. */
export type BulkWriter = (
  blocks: AsyncIterable<readonly Entry[]>,
  request: BulkRequest,
) => Promise<BulkOutcome>;

export function createBulkWriter(prepared: PreparedQuery, executor: Executor): BulkWriter {
  const { idempotent, rowKey } = prepared;
  return (blocks, { stopwatch, notApplied, writeTime: ownTime, run, ...request }) => {
    const keys = new RowKeys(rowKey ?? { partition: [], row: [] });
    const { readNow, read, done, fail, obstacle } = request;
    return writeLines<KeyedRow>(blocks, {
      run,
      fail,
      obstacle,
      readNow(entry) {
        const row = readNow(entry);
        return row === null ? null : keys.keyed(row);
      },
      *read(entry) {
        return keys.keyed(yield* read(entry));
      },
      ...(done === undefined ? {} : { done: (line, { packed }) => done(line, packed) }),
      key: rowKey === null ? null : keys,
      idempotent,
      nextTime: () => ownTime ?? executor.nextWriteTime(),
      timeoutMs: executor.timeoutMs,
      async write(rows, { time, deadline }) {
        const options = { stopwatch, writeTime: time, deadline, run };
        const [{ packed: row }, ...more] = rows as [KeyedRow, ...KeyedRow[]];
        if (more.length > 0) {
          return await executor.executeBatch(prepared, rows.map(({ packed }) => packed), options);
        }
        const result = await executor.execute(prepared, unpackValues(prepared, row), options);
        const error = result.applied === false ? notApplied(row, result) : null;
        if (error !== null) throw error;
      },
    });
  };
}
