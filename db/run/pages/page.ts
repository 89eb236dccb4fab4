/**
 * One page of rows: what a caller asks for, and what it gets.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Stopwatch } from "../../../observe/stopwatch.ts";
import type { EncodedValues } from "../../prepare/prepared_query.ts";
import type { Row } from "../../prepare/rows/read_rows.ts";
import type { CacheUse } from "../fetch_answer.ts";
import type { FillEnd } from "./fill_page.ts";
import type { ReadRowsOptions, UnreadRows } from "../unread_rows.ts";

export interface PageRequest extends ReadRowsOptions {
  /** Rows at most. */
  readonly size: number;
  /** Bytes at most, as Cassandra sends them; a single row may have more. Default: as for any page. */
  readonly maxBytes?: number;
  /** Null for the first page. */
  readonly position: Buffer | null;
  readonly stopwatch?: Stopwatch;
  /** What to do with answers that are kept. Default: use them. */
  readonly cache?: CacheUse | undefined;
  /** Until when the page may be filled, in the time of `performance.now()`. Default: one timeout from now. */
  readonly deadline?: number;
}

export interface RowPage {
  readonly rows: Row[];
  /** Of the rows, as Cassandra sent them. */
  readonly bytes: number;
  /** Where the next page begins; null after the last one. */
  readonly next: Buffer | null;
  /** Why the page ends where it does. */
  readonly end: FillEnd;
}

/** A page whose rows are still to be read. */
export interface UnreadPage extends Omit<RowPage, "rows"> {
  /** The rows of one answer after the other. */
  readonly parts: readonly UnreadRows[];
  /** Of all the parts. */
  readonly length: number;
}

/** @throws {ServiceError} */
export type PageReader = (values: EncodedValues, request: PageRequest) => Promise<RowPage>;

/** @throws {ServiceError} */
export type UnreadPageReader = (
  values: EncodedValues,
  request: Omit<PageRequest, "run">,
) => Promise<UnreadPage>;
