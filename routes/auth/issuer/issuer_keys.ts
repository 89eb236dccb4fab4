/**
 * The keys of an issuer over time: fetched when first needed, renewed in the background, and kept while
 * the issuer is unreachable. There is one fetch at a time, and a pause after each, also after one that failed:
 * callers cannot make the service ask the issuer more often.
 *
 * @module
 */
import type { Observe } from "../../../observe/observation.ts";
import type { KeySet } from "../jwt/verify_signature.ts";
import { fetchKeys } from "./fetch_keys.ts";

/** How long a key that the issuer withdraws is still trusted. */
const DEFAULT_MAX_AGE_MS = 600_000;
/** The pause between the end of a fetch and the next one. */
const COOLDOWN_MS = 2_000;

export interface IssuerKeys {
  /** The current keys; null until the first fetch succeeds. Old ones are renewed in the background. */
  current(): KeySet | null;
  /**
   * Whether the current keys are old because nobody has needed them for long: a key may have been
   * withdrawn meanwhile, so they are to be refreshed first. While the issuer is unreachable they are not stale.
   */
  isStale(): boolean;
  /**
   * Fresh keys, for a token that the current ones do not fit. Joins the fetch that is under way, or
   * gives the result of the last one during the pause after it. Rejects if that fetch failed.
   */
  refresh(): Promise<KeySet>;
}

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
  let latest: Promise<KeySet> | null = null;
  let isFetching = false;
  let endedAt = -Infinity;

  async function fetchNow(): Promise<KeySet> {
    isFetching = true;
    try {
      keys = await fetchKeys(issuer);
      fetchedAt = performance.now();
      observe({ kind: "issuer_keys", issuer, fetched: true, usable: true, cause: undefined });
      return keys;
    } catch (cause) {
      observe({ kind: "issuer_keys", issuer, fetched: false, usable: keys !== null, cause });
      throw cause;
    } finally {
      isFetching = false;
      endedAt = performance.now();
    }
  }

  function refresh(): Promise<KeySet> {
    if (latest !== null && (isFetching || performance.now() < endedAt + COOLDOWN_MS)) return latest;
    latest = fetchNow();
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
    refresh,
  };
}
