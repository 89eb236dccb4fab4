/**
 * One page of rows: what a caller asks for, and what it gets.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Stopwatch } from "../../observe/stopwatch.ts";
import type { EncodedValues } from "../prepare/prepared_query.ts";
import type { Row } from "../prepare/read_rows.ts";
import type { FillEnd } from "./fill_page.ts";

export interface PageRequest {
  /** Rows at most. */
  readonly size: number;
  /** Bytes at most, as Cassandra sends them; a single row may have more. Default: those of a page. */
  readonly maxBytes?: number;
  /** Null for the first page. */
  readonly position: Buffer | null;
  readonly stopwatch?: Stopwatch;
  /** Until when the page may be filled, in the time of `performance.now()`. Default: one timeout from now. */
  readonly deadline?: number;
}

export interface RowPage {
  readonly rows: Row[];
  /** Where the next page begins; null after the last one. */
  readonly next: Buffer | null;
  /** Why there are no more rows in it. */
  readonly end: FillEnd;
}

/** @throws {ServiceError} */
export type PageReader = (values: EncodedValues, request: PageRequest) => Promise<RowPage>;
