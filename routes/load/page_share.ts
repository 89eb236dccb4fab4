/**
 * How much of a stream is read at once. Few streams read large pages, one of them ahead, because both cost less for each
 * row. Of many streams each reads less, and nothing ahead: what all of them hold stays the same, and Cassandra is kept
 * busy by the others.
 *
 * @module
 */
import type { PageShare } from "../context.ts";

/** What the pages of all streams may have together, one page each, as long as the smallest page allows it. */
const BYTES_TOGETHER = 32 * 1024 * 1024;
const LARGEST_BYTES = 512 * 1024;
/** With less, a page costs more than its rows. */
const SMALLEST_BYTES = 64 * 1024;

/** @param streams that are under way, with the one that asks */
export function pageShare(streams: number): PageShare {
  const share = Math.floor(BYTES_TOGETHER / Math.max(1, streams));
  return {
    maxBytes: Math.max(SMALLEST_BYTES, Math.min(LARGEST_BYTES, share)),
    readsAhead: share >= LARGEST_BYTES,
  };
}
