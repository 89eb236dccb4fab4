/**
 * The driver's answer → the result that the service works with.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { DriverResult } from "./driver_shapes.ts";
import type { DriverColumn, RawResult, RawRows } from "./driver_types.ts";
import type { DriverAnswer } from "./wire/read_result.ts";

const NO_WARNINGS: readonly string[] = [];
const NO_COLUMNS: readonly DriverColumn[] = [];
const NO_ROWS: RawRows = { length: 0, body: Buffer.alloc(0), offset: 0, end: 0 };

/** Of a request that the driver has led to its end. */
export function toRawResult({ columns, rows, rawPageState, info }: DriverResult): RawResult {
  return {
    columns: columns ?? NO_COLUMNS,
    rows: rows ?? NO_ROWS,
    pagingState: rawPageState ?? null,
    coordinator: info.queriedHost,
    traceSession: info.traceId ? String(info.traceId) : null,
    warnings: info.warnings ?? NO_WARNINGS,
  };
}

/** Of an answer as it came in. */
export function rawResultOf({ rows, meta, flags }: DriverAnswer, coordinator: string): RawResult {
  return {
    columns: meta?.columns ?? NO_COLUMNS,
    rows: rows ?? NO_ROWS,
    pagingState: meta?.pageState ?? null,
    coordinator,
    traceSession: flags.traceId ? String(flags.traceId) : null,
    warnings: flags.warnings ?? NO_WARNINGS,
  };
}
