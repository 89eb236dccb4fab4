/**
 * Where a read gets its answer: from the cache (`@cache`), from a statement that it shares with other reads, or
 * from its own statement.
 *
 * @module
 */
import type { Observe } from "../../observe/observation.ts";
import type { Stopwatch } from "../../observe/stopwatch.ts";
import type { Availability } from "../availability/availability.ts";
import type { RawResult } from "../driver/internals/driver_types.ts";
import type { PreparedQuery } from "../prepare/prepared_query.ts";
import type { CachedReads } from "../share/cached_reads.ts";
import type { SharedRead } from "../share/shared_read.ts";
import { SharedReads } from "../share/shared_reads.ts";

/**
 * What a read does with cached answers: uses them, replaces them, or ignores them. It matters only for queries
 * with `@cache`.
 */
export type CacheUse = "use" | "renew" | "none";

export interface AnswerRequest extends SharedRead {
  readonly cache: CacheUse;
}

/** @throws {ServiceError} also before it returns a promise */
export type FetchAnswer = (prepared: PreparedQuery, request: AnswerRequest) => Promise<RawResult>;

export interface FetchAnswerOptions {
  readonly availability: Pick<Availability, "admit">;
  readonly cachedReads: CachedReads;
  readonly observe: Observe;
  /** Until when a read that begins now may take, in the time of `performance.now()`. */
  readonly deadlineOf: (prepared: PreparedQuery) => number;
}

export function createAnswerFetcher(
  { availability, cachedReads, observe, deadlineOf }: FetchAnswerOptions,
): FetchAnswer {
  const sharedReads = new SharedReads(observe);

  /** Asks Cassandra, separately or together with other reads. */
  function ask(prepared: PreparedQuery, request: AnswerRequest): Promise<RawResult> {
    const { identity, deadline, stopwatch, send } = request;
    availability.admit(prepared, identity.bound);
    if (!prepared.shared || isTraced(stopwatch)) return send(deadline, stopwatch);
    return sharedReads.read(prepared, request);
  }

  async function askCache(prepared: PreparedQuery, request: AnswerRequest): Promise<RawResult> {
    const { identity, stopwatch, cache } = request;
    const { result, ageMs } = await cachedReads.read(prepared, prepared.query.cache!, {
      identity,
      isRenewed: cache === "renew" || isTraced(stopwatch),
      fetch: () => ask(prepared, request),
      refresh: async () => {
        const deadline = deadlineOf(prepared);
        return await ask(prepared, { ...request, deadline, stopwatch: undefined });
      },
    });
    const timed = stopwatch?.request ?? null;
    if (timed !== null) timed.ageMs = Math.max(timed.ageMs ?? 0, ageMs);
    return result;
  }

  return (prepared, request) =>
    prepared.query.cache === null || request.cache === "none"
      ? ask(prepared, request)
      : askCache(prepared, request);
}

/** A trace is about the request that asks for it. */
function isTraced(stopwatch: Stopwatch | undefined): boolean {
  return stopwatch?.request?.traces != null;
}
