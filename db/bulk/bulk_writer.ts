/**
 * A prepared write for many inputs: which of them go to Cassandra together, as of which time, and
 * whether an attempt may be repeated. How many are under way at once is for `write_lines.ts`.
 *
 * @module
 */
import { packRow } from "../../codec/packed/packed_rows.ts";
import type { ServiceError } from "../../errors/service_error.ts";
import type { Stopwatch } from "../../observe/stopwatch.ts";
import type { WriteTime } from "../driver/internals/driver_types.ts";
import type { EncodedValues, PreparedQuery } from "../prepare/prepared_query.ts";
import type { Executor, Result } from "../run/execute.ts";
import { type BulkOutcome, type Entry, writeLines, type WriteLinesOptions } from "./write_lines.ts";

export interface BulkRequest
  extends Pick<WriteLinesOptions<EncodedValues>, "read" | "run" | "done" | "fail" | "obstacle"> {
  /** Runs while Cassandra is being waited for. */
  readonly stopwatch: Stopwatch;
  /** As of when all lines are written. Default: when each is sent. */
  readonly writeTime?: WriteTime | undefined;
  /** The error for a line whose condition did not hold; null if it was written before. */
  notApplied(values: EncodedValues, result: Result): ServiceError | null;
}

/** Writes the entries of one request, as `writeLines` does. Never rejects. */
export type BulkWriter = (
  blocks: AsyncIterable<readonly Entry[]>,
  request: BulkRequest,
) => Promise<BulkOutcome>;

export function createBulkWriter(prepared: PreparedQuery, executor: Executor): BulkWriter {
  const { idempotent, rowKey } = prepared;
  return (blocks, { stopwatch, notApplied, writeTime: ownTime, ...request }) =>
    writeLines(blocks, {
      ...request,
      key: rowKey,
      idempotent,
      nextTime: () => ownTime ?? executor.nextWriteTime(),
      timeoutMs: executor.timeoutMs,
      async write(rows, { time, deadline }) {
        const options = { stopwatch, writeTime: time, deadline, run: request.run };
        const [row, ...more] = rows;
        if (more.length > 0) {
          const packed = rows.map((values) => packRow(prepared.bind(values)));
          return await executor.executeBatch(prepared, packed, options);
        }
        const result = await executor.execute(prepared, row!, options);
        const error = result.applied === false ? notApplied(row!, result) : null;
        if (error !== null) throw error;
      },
    });
}
