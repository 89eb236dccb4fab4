/**
 * The keys of an issuer over time: fetched when first needed, renewed in the background, and kept while
 * the issuer is away. There is never more than one fetch at a time, nor one soon after another, whatever
 * became of that: how often the issuer is asked is not for callers to decide.
 *
 * @module
 */
import type { Observe } from "../../../observe/observation.ts";
import type { KeySet } from "../jwt/verify_signature.ts";
import { fetchKeys } from "./fetch_keys.ts";

/** A key that the issuer withdraws is trusted for so long. */
const MAX_AGE_MS = 600_000;
/** Between the end of a fetch and the next one. */
const COOLDOWN_MS = 2_000;

export interface IssuerKeys {
  /** The keys that are there now; null where none could be fetched yet. Old ones are renewed meanwhile. */
  current(): KeySet | null;
  /**
   * Keys that were fetched just now, for a token that those at hand do not fit: by this call, by one
   * that is under way, or by one that has just ended. Rejects where that failed.
   */
  refresh(): Promise<KeySet>;
}

export interface IssuerKeysOptions {
  readonly issuer: string;
  readonly observe: Observe;
}

export function createIssuerKeys({ issuer, observe }: IssuerKeysOptions): IssuerKeys {
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
      return keys;
    } catch (cause) {
      const message = keys === null
        ? "Cannot fetch the issuer's keys: no token can be verified"
        : "Cannot fetch the issuer's keys: those from before are kept";
      observe({ kind: "warning", message, cause });
      throw cause;
    } finally {
      isFetching = false;
      endedAt = performance.now();
    }
  }

  function refresh(): Promise<KeySet> {
    if (latest !== null && (isFetching || performance.now() < endedAt + COOLDOWN_MS)) return latest;
    latest = fetchNow();
    // Of a renewal in the background nobody hears.
    latest.catch(() => {});
    return latest;
  }

  return {
    current() {
      if (keys !== null && performance.now() >= fetchedAt + MAX_AGE_MS) refresh();
      return keys;
    },
    refresh,
  };
}
