/**
 * What an answer says of a write: whether it was carried out, whether it never will be, or that nobody
 * knows. It holds the gateway to the words of its problems, not to its code.
 *
 * @module
 */
import type { Verdict } from "./history.ts";

/** An answer, as far as its client can tell. */
export interface Answer {
  /** Null if there was no answer, as when the connection broke. */
  readonly status: number | null;
  readonly code: string | null;
  readonly detail: string;
}

/** Codes after which a write may have happened, and which say so only of some writes. */
const DOUBTFUL = ["timeout", "unavailable", "overloaded", "replica_failure"];
/** Codes that always leave the outcome open. */
const UNKNOWN = ["outcome_unknown", "outcome_not_recorded", "internal"];
const NOTHING_CHANGED = /nothing (?:was|is) (?:changed|sent)|was not run/i;

/** @param options.isIdempotent whether a repetition of the write does no harm, so that a retry is safe */
export function verdictOf(
  { status, code, detail }: Answer,
  { isIdempotent }: { readonly isIdempotent: boolean },
): Verdict {
  if (status === null) return "unknown";
  if (status < 300) return "acknowledged";
  if (code === null || UNKNOWN.includes(code)) return "unknown";
  if (!DOUBTFUL.includes(code) || NOTHING_CHANGED.test(detail)) return "refused";
  // Only a write that can be repeated is told "retry" without being told what happened.
  return isIdempotent || code === "replica_failure" ? "unknown" : "refused";
}
