/**
 * Rows of a query from a paging state on: as many as are asked for, as far as they fit into a number of
 * bytes. What does not fit is not kept, and read again from where the page ended.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { aggregatesAllRows } from "../../../catalog/statement/aggregate.ts";
import type { Stopwatch } from "../../../observe/stopwatch.ts";
import { tooLargeBytes } from "../../driver/internals/wire/answer_too_large.ts";
import type { RawResult } from "../../driver/internals/driver_types.ts";
import type { EncodedValues, PreparedQuery } from "../../prepare/prepared_query.ts";
import { DEFAULT_FETCH_SIZE, LONE_ROW_FACTOR } from "../answer_size.ts";
import { isTimeout } from "../deadline.ts";
import type { Executor } from "../execute.ts";
import type { CacheUse } from "../fetch_answer.ts";
import { RowWidth } from "./row_width.ts";
import { bytesOf, rawBytesOf, type UnreadRows } from "../unread_rows.ts";

export interface FillRequest {
  /** Rows at most. */
  readonly size: number;
  /** Bytes at most, as Cassandra sends them. Default: as for any page. */
  readonly maxBytes?: number | undefined;
  /** Whether no row at all is an answer where the next one does not fit. Default: there is one at least. */
  readonly mayBeEmpty?: boolean;
  readonly pagingState?: Buffer | undefined;
  /** Until when the caller waits, in the time of `performance.now()`. */
  readonly deadline: number;
  readonly stopwatch?: Stopwatch | undefined;
  /** What to do with answers that are kept. Default: use them. */
  readonly cache?: CacheUse | undefined;
}

/** Why the page ends here: no rows are left, it has as many as were asked for, or bytes or time have run out. */
export type FillEnd = "last" | "rows" | "bytes" | "time";

export interface Filled {
  /** The rows of one answer after the other. */
  readonly parts: readonly UnreadRows[];
  /** Of all the parts. */
  readonly length: number;
  readonly bytes: number;
  /** Where to go on; null at the end, and at the beginning if nothing was read. */
  readonly pagingState: Buffer | null;
  readonly end: FillEnd;
}

/** @throws {ServiceError} `answer_too_large` if a single row, or an answer without pages, is far too large */
export type PageFiller = (values: EncodedValues, request: FillRequest) => Promise<Filled>;

export function createPageFiller(prepared: PreparedQuery, executor: Executor): PageFiller {
  const width = new RowWidth({ aggregates: mayAggregate(prepared) });
  /** Until an answer shows otherwise: a function of the keyspace may have the name of one of Cassandra's aggregates. */
  let isOneRow = aggregatesAllRows(prepared.query.parsed);

  async function fillUnpaged(values: EncodedValues, request: FillRequest): Promise<Filled> {
    // The bytes say how much a stream reads at a time. Here everything is read at once.
    const whole = { ...request, maxBytes: undefined };
    const rows = executor.unread(prepared, await executor.fetch(prepared, values, whole));
    return {
      parts: [rows],
      length: rows.raw.length,
      bytes: bytesOf(rows),
      pagingState: null,
      end: "last",
    };
  }

  async function fill(values: EncodedValues, request: FillRequest): Promise<Filled> {
    const { size, maxBytes = executor.maxPageBytes, mayBeEmpty = false } = request;
    const { deadline, stopwatch, cache } = request;
    const parts: UnreadRows[] = [];
    let length = 0;
    let bytes = 0;
    let pagingState = request.pagingState ?? null;
    /** Fewer rows than an answer had that was too large. */
    let most = Infinity;
    const filled = (end: FillEnd): Filled => ({ parts, length, bytes, pagingState, end });
    while (true) {
      const bytesLeft = maxBytes - bytes;
      const fitting = width.rowsIn(bytesLeft, { rows: length, bytes });
      const hasEnough = length > 0 || mayBeEmpty;
      if (fitting < 1 && hasEnough) return filled("bytes");
      // The row of an aggregate comes by itself, and Cassandra reads what it is of in pages of this size.
      const readsAll = isOneRow && most === Infinity;
      const fetchSize = readsAll
        ? DEFAULT_FETCH_SIZE
        : Math.max(1, Math.min(size - length, fitting, most));
      const isLone = (readsAll || fetchSize === 1) && !hasEnough;
      let answer: RawResult | null = null;
      let answerBytes: number;
      try {
        answer = await executor.fetch(prepared, values, {
          fetchSize,
          maxRows: readsAll ? fetchSize : size - length,
          maxBytes: isLone ? executor.maxPageBytes * LONE_ROW_FACTOR : bytesLeft,
          pagingState: pagingState ?? undefined,
          deadline,
          stopwatch,
          cache,
        });
        answerBytes = rawBytesOf(answer.rows);
      } catch (error) {
        // The rows that came in time are a page; the next page begins after them.
        if (hasEnough && isTimeout(error)) return filled("time");
        const tooLarge = tooLargeBytes(error);
        if (tooLarge === null || isLone && !readsAll) throw error;
        answerBytes = tooLarge;
      }
      width.learn({ rows: answer?.rows.length ?? fetchSize, bytes: answerBytes });
      if (readsAll && answer !== null && answer.rows.length > 1) {
        isOneRow = false;
        continue;
      }
      if (answer === null || answerBytes > bytesLeft && !isLone) {
        if (hasEnough) return filled("bytes");
        most = Math.floor(fetchSize * Math.min(0.5, bytesLeft / answerBytes));
        continue;
      }
      parts.push(executor.unread(prepared, answer));
      length += answer.rows.length;
      bytes += answerBytes;
      ({ pagingState } = answer);
      if (pagingState === null) return filled("last");
      if (length >= size) return filled("rows");
      if (performance.now() >= deadline) return filled("time");
    }
  }

  return prepared.isPaged ? fill : fillUnpaged;
}

function mayAggregate({ query: { parsed }, columns }: PreparedQuery): boolean {
  const groups = parsed.kind === "select" && parsed.groupBy.length > 0;
  return groups || columns.some(({ computed }) => computed);
}
