/**
 * The row of a `:one` query.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { tooLargeBytes } from "../driver/answer_too_large.ts";
import type { EncodedValues, PreparedQuery } from "../prepare/prepared_query.ts";
import type { Row } from "../prepare/read_rows.ts";
import type { ExecutionOptions, Executor } from "./execute.ts";

// Two rows would be enough to know, but Cassandra computes aggregates in pages of the size asked for.
const FETCH_SIZE = 5000;
const ENOUGH = 2;

export interface ReadOneOptions extends Pick<ExecutionOptions, "stopwatch" | "deadline"> {
  readonly executor: Executor;
}

/**
 * The row of a `:one` query; null if there is no row.
 *
 * @throws {ServiceError} `too_many_rows` for a query that is not what it claims, `answer_too_large` for a
 * row beyond the bytes of a page, `timeout` where no row was found in time, and others
 */
export async function readOne(
  prepared: PreparedQuery,
  values: EncodedValues,
  { executor, ...options }: ReadOneOptions,
): Promise<Row | null> {
  const deadline = options.deadline ?? performance.now() + executor.timeoutMs;
  const rows: Row[] = [];
  let fetchSize = FETCH_SIZE;
  let pagingState: ExecutionOptions["pagingState"];
  let isLast = false;
  while (!isLast && rows.length < ENOUGH) {
    try {
      const request = { ...options, deadline, fetchSize, pagingState };
      const result = await executor.execute(prepared, values, request);
      rows.push(...result.rows.slice(0, ENOUGH));
      pagingState = result.pagingState ?? undefined;
      isLast = pagingState === undefined;
    } catch (error) {
      if (!prepared.isPaged || fetchSize === ENOUGH || tooLargeBytes(error) === null) throw error;
      // It is many rows, or a large one.
      fetchSize = ENOUGH;
    }
    if (performance.now() >= deadline) break;
  }
  const [row, second] = rows;
  if (row === undefined && !isLast) {
    throw new ServiceError("timeout", "Cassandra did not answer in time: retry the request");
  }
  if (second !== undefined) {
    throw new ServiceError(
      "too_many_rows",
      `Query "${prepared.query.name}" promises one row and found more: its author should make it ":many" or name the whole key`,
    );
  }
  return row ?? null;
}
