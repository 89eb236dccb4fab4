/**
 * Where a read gets its answer: from what is kept (`@cache`), from a statement that others share, or from one of its own.
 *
 * @module
 */
import type { Observe } from "../../observe/observation.ts";
import type { Stopwatch } from "../../observe/stopwatch.ts";
import type { Availability } from "../availability/availability.ts";
import type { RawResult } from "../driver/internals/driver_types.ts";
import type { PreparedQuery } from "../prepare/prepared_query.ts";
import type { CachedReads } from "../share/cached_reads.ts";
import type { SendRead } from "../share/flight.ts";
import type { ReadIdentity } from "../share/read_identity.ts";
import { SharedReads } from "../share/shared_reads.ts";

/**
 * What a read does with what is kept of earlier ones: uses it, replaces it, or leaves it alone. It matters to
 * queries with `@cache` alone.
 */
export type CacheUse = "use" | "renew" | "none";

export interface AnswerRequest {
  readonly identity: ReadIdentity;
  readonly stopwatch: Stopwatch | undefined;
  readonly cache: CacheUse;
  /** Until when the caller waits, in the time of `performance.now()`. */
  readonly deadline: number;
  /** Until when nobody's read may take, if it begins now. */
  readonly ownDeadline: () => number;
  /** Runs the statement, for a request or for nobody. */
  readonly send: (deadline: number, stopwatch: Stopwatch | undefined) => Promise<RawResult>;
}

/** @throws {ServiceError} */
export type FetchAnswer = (prepared: PreparedQuery, request: AnswerRequest) => Promise<RawResult>;

export interface FetchAnswerOptions {
  readonly availability: Pick<Availability, "admit">;
  readonly cachedReads: CachedReads;
  readonly observe: Observe;
}

export function createAnswerFetcher(
  { availability, cachedReads, observe }: FetchAnswerOptions,
): FetchAnswer {
  const sharedReads = new SharedReads(observe);

  /** Asks Cassandra, alone or together with others. */
  async function ask(
    prepared: PreparedQuery,
    { identity, deadline, stopwatch, send }: AnswerRequest,
  ): Promise<RawResult> {
    availability.admit(prepared, identity.bound);
    if (!prepared.shared || isTraced(stopwatch)) return await send(deadline, stopwatch);
    const sendForAll: SendRead = (deadline) => send(deadline, stopwatch);
    stopwatch?.start();
    try {
      return await sharedReads.read(prepared, { identity, deadline }, sendForAll);
    } finally {
      stopwatch?.stop();
    }
  }

  async function askCache(prepared: PreparedQuery, request: AnswerRequest): Promise<RawResult> {
    const { identity, stopwatch, cache, ownDeadline } = request;
    const { result, ageMs } = await cachedReads.read(prepared, prepared.query.cache!, {
      identity,
      isRenewed: cache === "renew" || isTraced(stopwatch),
      fetch: () => ask(prepared, request),
      refresh: () => ask(prepared, { ...request, stopwatch: undefined, deadline: ownDeadline() }),
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
