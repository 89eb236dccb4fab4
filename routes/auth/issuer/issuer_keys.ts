/**
 * The keys of an issuer over time: fetched when first needed, renewed in the background, and kept while
 * the issuer is unreachable. There is one fetch at a time, and few in a row: callers cannot make the service
 * ask the issuer more often than that.
 *
 * @module
 */
import type { Observe } from "../../../observe/observation.ts";
import type { KeySet } from "../jwt/verify_signature.ts";
import { fetchKeys } from "./fetch_keys.ts";
import type { IssuerKeys } from "./key_source.ts";

/** How long a key that the issuer withdraws is still trusted. */
const DEFAULT_MAX_AGE_MS = 600_000;
/** How many fetches may follow each other at once: keys can be rotated twice in a moment. */
const FETCHES_AT_ONCE = 3;
/** After those, a further fetch begins each time that this has passed; after a failure, none sooner. */
const PAUSE_MS = 2_000;

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** Default: ten minutes. */
  readonly maxAgeMs?: number;
  readonly observe: Observe;
}

export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { issuer, maxAgeMs = DEFAULT_MAX_AGE_MS, observe } = options;
  let keys: KeySet | null = null;
  let fetchedAt = -Infinity;
  // When the fetch that brought them began.
  let askedAt = -Infinity;
  let latest: Promise<KeySet> | null = null;
  let isUnderWay = false;
  let hasFailed = false;
  let endedAt = -Infinity;
  // When the fetches of the past have been paid for, at one pause each.
  let paidAt = -Infinity;

  async function fetchNow(): Promise<KeySet> {
    const begunAt = performance.now();
    try {
      keys = await fetchKeys(issuer);
      askedAt = begunAt;
      fetchedAt = performance.now();
      hasFailed = false;
      observe({ kind: "issuer_keys", issuer, fetched: true, usable: true, cause: undefined });
      return keys;
    } catch (cause) {
      hasFailed = true;
      observe({ kind: "issuer_keys", issuer, fetched: false, usable: keys !== null, cause });
      throw cause;
    } finally {
      isUnderWay = false;
      endedAt = performance.now();
    }
  }

  /** Milliseconds until a fetch may begin; the fetch counts as made. */
  function takeFetch(now: number): number {
    const waitMs = Math.max(0, paidAt - (FETCHES_AT_ONCE - 1) * PAUSE_MS - now);
    paidAt = Math.max(paidAt, now) + PAUSE_MS;
    return waitMs;
  }

  function refresh(): Promise<KeySet> {
    const now = performance.now();
    const isPausing = hasFailed && now < endedAt + PAUSE_MS;
    if (latest !== null && (isUnderWay || isPausing)) return latest;
    isUnderWay = true;
    const waitMs = takeFetch(now);
    latest = waitMs === 0 ? fetchNow() : sleep(waitMs).then(fetchNow);
    // Nobody waits for a renewal in the background.
    latest.catch(() => {});
    return latest;
  }

  return {
    current() {
      if (keys !== null && performance.now() >= fetchedAt + maxAgeMs) refresh();
      return keys;
    },
    isStale: () => keys !== null && performance.now() >= endedAt + maxAgeMs,
    isSince: (instant) => askedAt >= instant,
    refresh,
    close() {},
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
