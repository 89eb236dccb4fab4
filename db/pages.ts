/**
 * Pages of a `:many` query, one after the other: of one partition, or of all the partitions that an
 * `@walk` goes through. A position says where the next page begins; it is opaque to callers.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Stopwatch } from "../observe/stopwatch.ts";
import type { Executor } from "./execute.ts";
import type { EncodedValues, PreparedQuery } from "./prepare.ts";
import type { Row } from "./read_rows.ts";
import { createWalker } from "./walk.ts";

export interface PageRequest {
  /** Rows at most. */
  readonly size: number;
  /** Null for the first page. */
  readonly position: Buffer | null;
  readonly stopwatch?: Stopwatch;
}

export interface RowPage {
  /** As many as asked for unless none are left, or the time for filling the page was over. */
  readonly rows: Row[];
  /** Where the next page begins; null after the last one. */
  readonly next: Buffer | null;
}

/** @throws {ServiceError} */
export type PageReader = (values: EncodedValues, request: PageRequest) => Promise<RowPage>;

export function createPageReader(prepared: PreparedQuery, executor: Executor): PageReader {
  if (prepared.walk !== null) return createWalker(prepared, { walk: prepared.walk, executor });
  return async (values, { size, position, stopwatch }) => {
    const { rows, pagingState } = await executor.execute(prepared, values, {
      fetchSize: size,
      pagingState: position ?? undefined,
      ...(stopwatch === undefined ? {} : { stopwatch }),
    });
    return { rows, next: pagingState };
  };
}
