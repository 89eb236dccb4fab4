/**
 * Reads of `@cache` queries: from the cache, if the answer is young enough. A stale answer is given out while a
 * new one is fetched, once for all who ask; so Cassandra may be away for that long. A write does not renew an
 * answer: other replicas of this service would not learn of it.
 *
 * @module
 */
import type { CacheTimes } from "../../catalog/query.ts";
import type { CacheReading } from "../../observe/metrics/readings.ts";
import type { Observe } from "../../observe/observation.ts";
import type { RawResult } from "../driver/internals/driver_types.ts";
import type { PreparedQuery } from "../prepare/prepared_query.ts";
import { AnswerCache, type KeptAnswer, type Reads } from "./answer_cache.ts";
import { hashOf, type ReadIdentity } from "./read_identity.ts";

/** After a refresh that failed, or whose answer is not kept. */
const RETRY_MS = 1_000;

export interface CachedRead {
  readonly identity: ReadIdentity;
  /** Whether the caller wants an answer that nobody has kept. */
  readonly isRenewed: boolean;
  /** Asks Cassandra on behalf of the caller. */
  readonly fetch: () => Promise<RawResult>;
  /** Asks Cassandra on behalf of nobody. */
  readonly refresh: () => Promise<RawResult>;
}

export interface CachedResult {
  readonly result: RawResult;
  /** Since Cassandra was asked; zero if it was asked for this read. */
  readonly ageMs: number;
}

export class CachedReads {
  readonly #cache: AnswerCache;
  readonly #observe: Observe;
  readonly #seed = crypto.getRandomValues(new Int32Array(1))[0]!;
  /** Answers that are cached already: every read that shares a statement comes with its answer. */
  readonly #kept = new WeakSet<RawResult>();

  /** @param maxBytes that are kept, of all queries */
  constructor({ maxBytes, observe }: { readonly maxBytes: number; readonly observe: Observe }) {
    this.#cache = new AnswerCache({ maxBytes });
    this.#observe = observe;
  }

  /** @throws what `fetch` does; a refresh that fails is tried again later */
  async read(
    prepared: PreparedQuery,
    times: CacheTimes,
    { identity, isRenewed, fetch, refresh }: CachedRead,
  ): Promise<CachedResult> {
    const { statement, query: { name } } = prepared;
    const reads = { statement, identity, hash: hashOf(identity, this.#seed) };
    const now = performance.now();
    const kept = isRenewed ? null : this.#cache.find(reads, now);
    if (kept === null) {
      this.#observe({ kind: "cached_read", query: name, outcome: "miss" });
      const result = await fetch();
      this.#keep(reads, times, { result, askedAt: now });
      return { result, ageMs: 0 };
    }
    const isFresh = now < kept.freshUntil;
    this.#observe({ kind: "cached_read", query: name, outcome: isFresh ? "hit" : "stale" });
    if (!isFresh && now >= kept.refreshAt) {
      kept.refreshAt = Infinity;
      const keep = (result: RawResult) => this.#keep(reads, times, { result, askedAt: now });
      this.#refresh(kept, refresh().then(keep));
    }
    return { result: kept.result, ageMs: now - kept.askedAt };
  }

  readCache(): CacheReading {
    const { size: entries, bytes, evicted } = this.#cache;
    return { entries, bytes, evicted };
  }

  #refresh(kept: KeptAnswer, refreshed: Promise<void>): void {
    const later = () => {
      kept.refreshAt = performance.now() + RETRY_MS;
    };
    // Nobody waits for it, and the statement was observed. The new answer may have been too large to keep.
    refreshed.then(later, later);
  }

  #keep(
    reads: Reads,
    { ttlMs, staleMs }: CacheTimes,
    { result, askedAt }: Pick<KeptAnswer, "result" | "askedAt">,
  ): void {
    if (this.#kept.has(result) || isReadAgain(reads.identity, result)) return;
    this.#kept.add(result);
    const freshUntil = askedAt + ttlMs;
    const staleUntil = freshUntil + staleMs;
    const answer = { result, askedAt, freshUntil, staleUntil, refreshAt: freshUntil };
    this.#cache.keep(reads, answer, performance.now());
  }
}

/** Whether the reader does not take these rows and asks for fewer, which are the answer to the same read. */
function isReadAgain({ maxBytes }: ReadIdentity, { rows }: RawResult): boolean {
  return rows.length > 1 && rows.end - rows.offset > maxBytes;
}
