/**
 * Pages of a `:many` query, one after the other: of one partition, or of all the partitions that an
 * `@walk` goes through. A position says where the next page begins; it is opaque to callers.
 *
 * @module
 */
import type { PreparedQuery } from "../../prepare/prepared_query.ts";
import type { Executor } from "../execute.ts";
import { createPageFiller } from "./fill_page.ts";
import type { PageReader, PageRequest, UnreadPageReader } from "./page.ts";
import { readRows } from "../unread_rows.ts";
import { createWalker } from "./walk.ts";

export function createPageReader(prepared: PreparedQuery, executor: Executor): PageReader {
  const fetchPage = createPageFetcher(prepared, executor);
  return async (values, { run, ...request }) => {
    const { parts, bytes, next, end } = await fetchPage(values, request);
    return { bytes, next, end, rows: await readRows(parts, { run }) };
  };
}

/** The same, of rows that are still to be read or written. */
export function createPageFetcher(prepared: PreparedQuery, executor: Executor): UnreadPageReader {
  const fill = createPageFiller(prepared, executor);
  if (prepared.walk !== null) {
    return createWalker(prepared.walk, {
      fill,
      deadlineOf: (request) => executor.deadlineOf(prepared, request),
      maxPageBytes: executor.maxPageBytes,
    });
  }
  return async (values, { position, ...request }) => {
    const deadline = executor.deadlineOf(prepared, request);
    const { parts, length, bytes, pagingState, end } = await fill(values, {
      ...request,
      pagingState: position ?? undefined,
      deadline,
    });
    return { parts, length, bytes, next: pagingState, end };
  };
}

// Large enough that a page costs little beside its rows, small enough to hold many at once.
const STREAM_PAGE_ROWS = 1000;
const LARGEST_STREAM_PAGE_ROWS = 5000;

/** How much of a stream is read at once. It is not cached: its pages would push out other answers. */
export type StreamPage = Pick<PageRequest, "size" | "maxBytes" | "cache">;

/**
 * The sizes of the pages of a stream whose caller keeps reading: each has twice as many rows as the page
 * before, up to a bound. In a large page, each row costs Cassandra and us less; a caller who reads nothing
 * never gets one.
 */
export function growingPages(executor: Executor): (maxBytes: number) => StreamPage {
  let next = STREAM_PAGE_ROWS;
  return (maxBytes) => {
    const size = next;
    next = Math.min(2 * size, LARGEST_STREAM_PAGE_ROWS);
    return { ...streamPage(executor, maxBytes), size };
  };
}

/** The size of the pages that a stream is read in, where each row is an object. */
export function streamPage({ maxPageBytes }: Executor, maxBytes: number): StreamPage {
  return { size: STREAM_PAGE_ROWS, maxBytes: Math.min(maxBytes, maxPageBytes), cache: "none" };
}
