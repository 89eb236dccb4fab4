/**
 * How much of an answer a statement asks for: rows at a time, and bytes of rows at most.
 *
 * @module
 */
import type { PreparedQuery } from "../prepare/prepared_query.ts";

export interface AnswerSize {
  /** Rows to fetch at most, where Cassandra answers in pages. */
  readonly fetchSize?: number;
  /** Rows that the reader takes at most: reads share answers by it. Default: `fetchSize`. */
  readonly maxRows?: number;
  /** Bytes of rows at most, as Cassandra sends them. Default: as for a page, or for a single row. */
  readonly maxBytes?: number | undefined;
}

/** A single row may have this many times the bytes of a page: it fits no smaller answer. */
export const LONE_ROW_FACTOR = 16;

/** As the driver has it. */
export const DEFAULT_FETCH_SIZE = 5000;

/** Zero asks for everything in one answer. */
export function fetchSizeOf({ isPaged }: PreparedQuery, { fetchSize }: AnswerSize): number {
  return isPaged ? fetchSize ?? DEFAULT_FETCH_SIZE : 0;
}

/** Zero for all. */
export function maxRowsOf(prepared: PreparedQuery, size: AnswerSize): number {
  return prepared.isPaged ? size.maxRows ?? fetchSizeOf(prepared, size) : 0;
}

/** @param maxPageBytes the most for a page; used where the size does not say how many */
export function maxBytesOf(
  { query }: PreparedQuery,
  { maxBytes }: AnswerSize,
  maxPageBytes: number,
): number {
  return maxBytes ?? maxPageBytes * (query.conditional ? LONE_ROW_FACTOR : 1);
}
