/**
 * Where the keys of an issuer come from: the issuer itself, or a file.
 *
 * @module
 */
import type { KeySet } from "../jwt/verify_signature.ts";

export interface IssuerKeys {
  /** The current keys; null until they could be read once. Old ones are renewed in the background. */
  current(): KeySet | null;
  /**
   * Whether the current keys are old because nobody has needed them for long. A key may have been withdrawn
   * meanwhile, so they have to be refreshed first. Keys that cannot be read now are not stale.
   */
  isStale(): boolean;
  /** Whether the current keys were asked for at this time, as `performance.now()` gives it, or later. */
  isSince(instant: number): boolean;
  /**
   * Fresh keys, for a token that the current ones do not fit. Joins the attempt that is under way. Rejects if
   * they cannot be read, also for some time after an attempt that failed.
   */
  refresh(): Promise<KeySet>;
  /** Stops looking for newer keys. */
  close(): void;
}
