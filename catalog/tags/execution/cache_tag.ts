/**
 * The `@cache ttl=1s stale=10s` tag: Cassandra's answers are kept and reused for a while.
 * `checks/execution/cached_read.ts` says which reads may be cached.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import { readDurationMs } from "../parts/duration.ts";
import type { QueryTag } from "../tag.ts";
import { readOptions, type TagLine } from "../tag_line.ts";

/** How long the answers of a query are kept. */
export interface CacheTimes {
  /** How long an answer counts as fresh, in milliseconds. */
  readonly ttlMs: number;
  /** How long after that it is still served while a new one is fetched; zero for not at all. */
  readonly staleMs: number;
  readonly span: Span;
}

export interface CacheTag {
  /** Null if it is missing or cannot be read, which is reported. */
  readonly ttlMs: number | null;
  readonly staleMs: number;
  readonly span: Span;
}

export const cacheTag: QueryTag<CacheTag, CacheTimes | null> = {
  repeats: false,
  read: readCache,
  settle(tag) {
    if (tag === null || tag.ttlMs === null) return null;
    const { ttlMs, staleMs, span } = tag;
    return { ttlMs, staleMs, span };
  },
};

/** Data that may be older belongs in a table of its own. */
const MAX_MS = 86_400_000;
const HELP = 'Write it in seconds or milliseconds, such as "1s" or "500ms", up to a day ("86400s")';

function readCache(line: TagLine, report: Report): CacheTag {
  const { ttl, stale } = readOptions(line.words, { keys: ["ttl", "stale"], report });
  if (ttl === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing time to live",
      help: 'Say how old an answer may be, for example "@cache ttl=1s"',
    });
  }
  const read = { maxMs: MAX_MS, help: HELP, report };
  return {
    ttlMs: ttl === undefined ? null : readDurationMs(ttl, read),
    staleMs: stale === undefined ? 0 : readDurationMs(stale, read) ?? 0,
    span: line.span,
  };
}
