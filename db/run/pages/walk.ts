/**
 * `@walk`: a time range that lies in several time buckets, read partition by partition in the order
 * of time. A position is the start of a bucket (8 bytes, milliseconds since 1970) and, where that
 * bucket is not at its end, Cassandra's paging state inside it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { bucketNouns, bucketStart, neighbourStart } from "../../../codec/buckets/bucket.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import type { EncodedValues, PreparedWalk } from "../../prepare/prepared_query.ts";
import { isTimeout, type Timed } from "../deadline.ts";
import type { Filled, PageFiller } from "./fill_page.ts";
import type { UnreadPage, UnreadPageReader } from "./page.ts";
import type { UnreadRows } from "../unread_rows.ts";

// Buckets read side by side after empty ones: silence is crossed in strides, rows are not over-read.
const MAX_STRIDE = 8;
const START_BYTES = 8;

interface Range {
  /** Start of the first bucket to read, and of the last. */
  readonly first: number;
  readonly last: number;
}

export interface WalkerOptions {
  readonly fill: PageFiller;
  readonly deadlineOf: (request: Timed) => number;
  /** The most bytes of rows in a page. */
  readonly maxPageBytes: number;
}

export function createWalker(
  walk: PreparedWalk,
  { fill, deadlineOf, maxPageBytes }: WalkerOptions,
): UnreadPageReader {
  const step = walk.order === "asc" ? 1 : -1;
  const isPast = (start: number, last: number) => step === 1 ? start > last : start < last;

  /** Up to `stride` buckets from `start` on. */
  function bucketsFrom(start: number, last: number, stride: number): number[] {
    const starts: number[] = [];
    for (let at = start; starts.length < stride && !isPast(at, last);) {
      starts.push(at);
      at = neighbourStart(at, walk.by, step);
    }
    return starts;
  }

  const fetchPage: UnreadPageReader = async (
    values,
    { size, maxBytes = maxPageBytes, position, stopwatch, cache, ...request },
  ) => {
    const range = rangeOf(values, walk);
    const parts: UnreadRows[] = [];
    let length = 0;
    let bytes = 0;
    const page = (end: UnreadPage["end"], next: UnreadPage["next"]) => ({
      parts,
      length,
      bytes,
      next,
      end,
    });
    if (range === null) return page("last", null);
    const deadline = deadlineOf({ ...request, stopwatch });
    const begin = position === null ? range.first : Number(position.readBigInt64BE());
    let at = begin;
    let pagingState = position?.subarray(START_BYTES);
    let stride = 1;
    while (!isPast(at, range.last)) {
      const starts = bucketsFrom(at, range.last, stride);
      const filling = Promise.all(
        starts.map((start, index) =>
          fill({ ...values, [walk.bucket]: walk.bucketing.encode(start) }, {
            size: size - length,
            maxBytes: Math.floor((maxBytes - bytes) / starts.length),
            mayBeEmpty: length > 0 || index > 0,
            pagingState: index === 0 && pagingState?.length ? pagingState : undefined,
            deadline,
            stopwatch,
            cache,
          })
        ),
      );
      let results: readonly Filled[];
      try {
        results = await filling;
      } catch (error) {
        // The buckets before it have been read, even if they were empty: the next page begins here.
        if (at !== begin && isTimeout(error)) return page("time", positionAt(at));
        throw error;
      }
      pagingState = undefined;
      for (const [index, result] of results.entries()) {
        const start = starts[index]!;
        // If rows that were read ahead do not fit, as many as fit are read again.
        if (length > 0 && length + result.length > size) break;
        // Read ahead with fewer bytes than a page has, and without a row: it begins the next page.
        if (index > 0 && result.end === "bytes" && result.length === 0) break;
        for (const part of result.parts) parts.push(part);
        length += result.length;
        bytes += result.bytes;
        if (result.end !== "last") {
          return page(result.end, positionAt(start, result.pagingState ?? undefined));
        }
        at = neighbourStart(start, walk.by, step);
        if (length >= size) break;
      }
      if (isPast(at, range.last)) break;
      if (length >= size) return page("rows", positionAt(at));
      if (performance.now() >= deadline) return page("time", positionAt(at));
      stride = length === 0 ? Math.min(stride * 2, MAX_STRIDE) : 1;
    }
    return page("last", null);
  };
  return fetchPage;
}

/**
 * The buckets between the two ends; null for a range that ends before it begins.
 *
 * @throws {ServiceError} `range_too_wide`, or `invalid_input` for an end that lies in no bucket
 */
function rangeOf(values: EncodedValues, walk: PreparedWalk): Range | null {
  const endOf = (name: string) => instantOf(values[name], { name, walk });
  const [from, to] = [endOf(walk.from), endOf(walk.to)];
  if (from > to) return null;
  const [oldest, bucketOfEnd] = [bucketStart(from, walk.by), bucketStart(to, walk.by)];
  // The bucket that begins at an end which is not part of the range has no row of it.
  const isBefore = walk.excludesEnd && from < to && to === bucketOfEnd &&
    walk.bucketing.isFirstOfInstant(values[walk.to]!);
  const newest = isBefore ? neighbourStart(bucketOfEnd, walk.by, -1) : bucketOfEnd;
  let count = 1;
  for (let at = oldest; at < newest; at = neighbourStart(at, walk.by, 1)) {
    if (++count > walk.max) {
      throw new ServiceError(
        "range_too_wide",
        `The range spans more than ${walk.max} ${bucketNouns(walk.by)}: ask for less at once`,
      );
    }
  }
  return walk.order === "asc" ? { first: oldest, last: newest } : { first: newest, last: oldest };
}

function instantOf(
  bytes: Buffer | null | undefined,
  { name, walk }: { name: string; walk: PreparedWalk },
): number {
  const ms = bytes ? walk.bucketing.instantOf(bytes) : NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new ServiceError("invalid_input", 'One value does not fit: "errors" says which and why', {
    paramErrors: [{ param: name, detail: walk.bucketing.expected }],
  });
}

function positionAt(start: number, pagingState?: Buffer): Buffer {
  const bytes = Buffer.alloc(START_BYTES);
  bytes.writeBigInt64BE(BigInt(start));
  return pagingState === undefined ? bytes : Buffer.concat([bytes, pagingState]);
}
