/**
 * What the driver answers with → what the service works with.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { DriverResult } from "./driver_shapes.ts";
import type { RawResult, RawRows } from "./driver_types.ts";

const NO_WARNINGS: readonly string[] = [];
const NO_ROWS: RawRows = { length: 0, body: Buffer.alloc(0), offset: 0, end: 0 };

export function toRawResult({ columns, rows, rawPageState, info }: DriverResult): RawResult {
  return {
    columns: columns ?? [],
    rows: rows ?? NO_ROWS,
    pagingState: rawPageState ?? null,
    coordinator: info.queriedHost,
    traceSession: info.traceId ? String(info.traceId) : null,
    warnings: info.warnings ?? NO_WARNINGS,
  };
}
