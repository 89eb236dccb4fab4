/**
 * The closed set of error codes, and the one table that says what each means.
 *
 * Source: RFC 9457 for the shape that `routes/respond/problem.ts` gives them; RFC 9110 and RFC 6750 for
 * the statuses. `docs/errors.md` documents every code, and a test holds the two together.
 *
 * @module
 */

/** What a code means to HTTP. */
export interface CodeEntry {
  readonly status: number;
  /** Never changes. */
  readonly title: string;
  /** Seconds until a repetition makes sense, for `Retry-After`; absent where it makes none. */
  readonly retryAfterS?: number;
}

/** Every code that a client can meet. A code, once released, keeps its meaning. */
export const CODES = {
  malformed_request: { status: 400, title: "Malformed request" },
  invalid_cursor: { status: 400, title: "Invalid cursor" },
  range_too_wide: { status: 400, title: "Range too wide" },
  missing_token: { status: 401, title: "Missing token" },
  invalid_token: { status: 401, title: "Invalid token" },
  insufficient_scope: { status: 403, title: "Insufficient scope" },
  missing_claim: { status: 403, title: "Missing claim" },
  not_found: { status: 404, title: "Not found" },
  unknown_route: { status: 404, title: "Unknown route" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  not_acceptable: { status: 406, title: "Not acceptable" },
  body_timeout: { status: 408, title: "Body timeout" },
  not_applied: { status: 409, title: "Not applied" },
  precondition_failed: { status: 412, title: "Precondition failed" },
  body_too_large: { status: 413, title: "Body too large" },
  unsupported_media_type: { status: 415, title: "Unsupported media type" },
  invalid_input: { status: 422, title: "Invalid input" },
  precondition_required: { status: 428, title: "Precondition required" },
  internal: { status: 500, title: "Internal error" },
  too_many_rows: { status: 500, title: "Too many rows" },
  replica_failure: { status: 502, title: "Replica failure" },
  not_ready: { status: 503, title: "Not ready", retryAfterS: 1 },
  unavailable: { status: 503, title: "Cassandra unavailable", retryAfterS: 1 },
  overloaded: { status: 503, title: "Cassandra overloaded", retryAfterS: 1 },
  too_busy: { status: 503, title: "Too busy", retryAfterS: 1 },
  issuer_unavailable: { status: 503, title: "Token issuer unavailable", retryAfterS: 1 },
  timeout: { status: 504, title: "Timeout" },
  outcome_unknown: { status: 504, title: "Outcome unknown" },
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof CODES;
