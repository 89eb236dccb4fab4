/**
 * `range` and `ranges`: which part of a table a request of an `@scan` route reads.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Buffer } from "node:buffer";
import type { Scan } from "../../catalog/query.ts";
import { type TokenRange, tokenRange } from "../../db/run/pages/scan_ranges.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { InputError } from "../../errors/service_error.ts";

/** Reads the ends of the range that a request names; null for a query without a range. */
export function compileScan(
  { query: { scan }, params }: Pick<PreparedQuery, "query" | "params">,
):
  | ((
    query: URLSearchParams,
    values: Record<string, Buffer | null | undefined>,
    errors: InputError[],
  ) => void)
  | null {
  const ends = params.flatMap(({ param: { name, source }, codec }) =>
    source.in === "scan" ? [{ name, end: source.end, codec }] : []
  );
  if (scan === null || ends.length === 0) return null;
  return (query, values, errors) => {
    const range = readRange(query, scan, errors);
    if (range === null) return;
    for (const { name, end, codec } of ends) values[name] = codec.encode(range[end]);
  };
}

/** The tokens of the range that a request names; null after a mistake. */
function readRange(
  query: URLSearchParams,
  { ranges }: Pick<Scan, "ranges">,
  errors: InputError[],
): TokenRange | null {
  const index = readInteger(query, "range");
  const expected = query.has("ranges") ? readInteger(query, "ranges") : ranges;
  if (index === null || index >= ranges) {
    errors.push({
      pointer: "/query/range",
      detail: query.has("range") ? `Expected an integer from 0 to ${ranges - 1}` : "Required",
    });
  }
  if (expected !== ranges) {
    errors.push({
      pointer: "/query/ranges",
      detail: `Expected ${ranges}: the table is divided into that many ranges`,
    });
  }
  return index === null || index >= ranges || expected !== ranges
    ? null
    : tokenRange(index, ranges);
}

/** The parameters as OpenAPI describes them. */
export function describeScanParams({ ranges }: Scan): Record<string, z.ZodType<unknown>> {
  return {
    range: z.int().min(0).max(ranges - 1).openapi({
      description:
        `Which of the ${ranges} ranges of the table to read. Together they cover the whole table, each row exactly once`,
      example: 0,
    }),
    ranges: z.int().min(ranges).max(ranges).optional().openapi({
      description:
        "The number of ranges that the caller expects; if the table is divided differently, nothing is read",
      example: ranges,
    }),
  };
}

function readInteger(query: URLSearchParams, name: string): number | null {
  const texts = query.getAll(name);
  return texts.length === 1 && /^(?:0|[1-9]\d{0,8})$/.test(texts[0]!) ? Number(texts[0]) : null;
}
