/**
 * The row of a `:one` query.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { tooLargeBytes } from "../driver/internals/wire/answer_too_large.ts";
import type { EncodedValues, PreparedQuery } from "../prepare/prepared_query.ts";
import type { Row } from "../prepare/rows/read_rows.ts";
import { DEFAULT_FETCH_SIZE } from "./answer_size.ts";
import type { ExecutionOptions, Executor } from "./execute.ts";
import { bytesOf, readRows, type ReadRowsOptions, type UnreadRows } from "./unread_rows.ts";

const ENOUGH = 2;

export interface FindOneOptions extends Pick<ExecutionOptions, "stopwatch" | "deadline" | "cache"> {
  readonly executor: Executor;
}

/** A row that is still to be read or written. */
export interface FoundRow {
  /** One of them has the row; the others are empty. */
  readonly parts: readonly UnreadRows[];
  /** Of the row, as Cassandra sent it. */
  readonly bytes: number;
}

/**
 * The row of a `:one` query; null if there is no row.
 *
 * @throws {ServiceError} `too_many_rows` if there is more than one, `answer_too_large` if the row has more
 * bytes than a page may, `timeout` if no row was found in time, and others
 */
export async function findOne(
  prepared: PreparedQuery,
  values: EncodedValues,
  { executor, stopwatch, cache, deadline: callersDeadline }: FindOneOptions,
): Promise<FoundRow | null> {
  const deadline = executor.deadlineOf(prepared, { stopwatch, deadline: callersDeadline });
  const parts: UnreadRows[] = [];
  let length = 0;
  // Two rows would be enough to know, but Cassandra computes aggregates in pages of the size asked for.
  let fetchSize = DEFAULT_FETCH_SIZE;
  let pagingState: ExecutionOptions["pagingState"];
  let isLast = false;
  while (!isLast && length < ENOUGH) {
    try {
      const request = { stopwatch, cache, deadline, fetchSize, pagingState };
      const result = await executor.fetch(prepared, values, request);
      parts.push(executor.unread(prepared, result));
      length += result.rows.length;
      pagingState = result.pagingState ?? undefined;
      isLast = pagingState === undefined;
    } catch (error) {
      if (!prepared.isPaged || fetchSize === ENOUGH || tooLargeBytes(error) === null) throw error;
      // It is many rows, or a large one.
      fetchSize = ENOUGH;
    }
    if (!isLast && performance.now() >= deadline) break;
  }
  if (length === 0 && !isLast) {
    throw new ServiceError("timeout", "Cassandra did not answer in time: retry the request");
  }
  if (length >= ENOUGH) {
    throw new ServiceError(
      "too_many_rows",
      `Query "${prepared.query.name}" promises one row and found more: its author should make it ":many" or name the whole key`,
    );
  }
  if (length === 0) return null;
  return { parts, bytes: parts.reduce((sum, part) => sum + bytesOf(part), 0) };
}

/**
 * Reads the values of a row.
 *
 * @throws {ServiceError} as `readRows()` does
 */
export async function rowOf({ parts }: FoundRow, options: ReadRowsOptions): Promise<Row> {
  const [row] = await readRows(parts, options);
  return row!;
}
