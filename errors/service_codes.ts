/**
 * The codes of errors that the client cannot fix (5xx), one row each.
 *
 * Source: RFC 9110 for the statuses.
 *
 * @module
 */
import type { CodeRow } from "./code_row.ts";

/** What passes by itself. */
const PASSING = { repeat: "later", retryAfterSeconds: 1 } as const;

export const SERVICE_CODES = {
  internal: {
    status: 500,
    title: "Internal error",
    repeat: "never",
    retryAfterSeconds: null,
    logLevel: "error",
    routes: ["any"],
    meaning: "The service failed; its log has the cause under the request id",
    action: "Report it with the request id; a retry will fail the same way",
  },
  too_many_rows: {
    status: 500,
    title: "Too many rows",
    repeat: "never",
    retryAfterSeconds: null,
    logLevel: "error",
    routes: ["one", "hand_written"],
    meaning: "A `:one` query found more than one row",
    action: "Report it: the query's author has to fix it",
  },
  answer_too_large: {
    status: 500,
    title: "Answer too large",
    repeat: "never",
    retryAfterSeconds: null,
    logLevel: "error",
    routes: ["one", "many", "applied", "exists", "not_exists", "hand_written"],
    meaning:
      "A row of a `:one` query, or an answer that Cassandra does not page, is larger than `MAX_PAGE_BYTES`",
    action:
      "Request less if the route allows it, or report it: the query's author has to change it",
  },
  number_too_long: {
    status: 500,
    title: "Number too long",
    repeat: "never",
    retryAfterSeconds: null,
    logLevel: "error",
    routes: ["computed_numbers", "hand_written"],
    meaning:
      "A `decimal` or `varint` that the query computes has too many digits to print. Stored numbers of any length can be read",
    action: "Request other rows, or report it: the query's author can round the number",
  },
  function_failed: {
    status: 500,
    title: "Function failed",
    repeat: "never",
    retryAfterSeconds: null,
    logLevel: "error",
    routes: ["any"],
    meaning:
      "A function of the query failed for the values that were sent or stored, or an operator for those that are stored, such as a division by zero. Nothing was changed",
    action: "Report it with the values: the query's author has to handle them",
  },
  outcome_not_recorded: {
    status: 500,
    title: "Outcome not recorded",
    repeat: "after_reading",
    retryAfterSeconds: null,
    logLevel: "error",
    routes: ["writes", "audited", "hand_written"],
    meaning:
      "With `AUDIT_FAILURE=refuse`, the audit log could not record whether the request succeeded or failed",
    action: "Read first, then decide whether to retry",
  },
  replica_failure: {
    status: 502,
    title: "Replica failure",
    repeat: "after_reading",
    retryAfterSeconds: null,
    logLevel: "error",
    routes: ["any"],
    meaning:
      "Replicas failed to read or write, for example because of too many tombstones, or an index that is still being built",
    action: "Read before you retry a write",
  },
  not_ready: {
    status: 503,
    title: "Not ready",
    ...PASSING,
    logLevel: "warning",
    routes: ["any"],
    meaning: "The service has not connected yet, migrations are missing, or it is shutting down",
    action: "Retry after `Retry-After` seconds",
  },
  read_only: {
    status: 503,
    title: "Read-only",
    repeat: "later",
    retryAfterSeconds: 60,
    logLevel: "warning",
    routes: ["writes", "hand_written"],
    meaning: "The operator has switched writes off in `CONTROL_FILE`. Nothing was changed",
    action: "Retry after `Retry-After` seconds",
  },
  query_off: {
    status: 503,
    title: "Switched off",
    repeat: "later",
    retryAfterSeconds: 60,
    logLevel: "warning",
    routes: ["any"],
    meaning: "The operator has switched the query or the route off in `CONTROL_FILE`",
    action: "Retry after `Retry-After` seconds",
  },
  clock_skewed: {
    status: 503,
    title: "Clock skewed",
    repeat: "later",
    retryAfterSeconds: 10,
    logLevel: "error",
    routes: ["writes", "hand_written"],
    meaning:
      "The clocks of this process and of Cassandra's nodes are more than `MAX_CLOCK_SKEW_MS` apart: a write would hide later writes, or be hidden by earlier ones. Nothing was changed",
    action: "Retry after `Retry-After` seconds",
  },
  unavailable: {
    status: 503,
    title: "Cassandra unavailable",
    ...PASSING,
    logLevel: "error",
    routes: ["any"],
    meaning:
      "Too few nodes are reachable for the query's consistency level. Either nothing was changed, or a retry is safe",
    action: "Retry after `Retry-After` seconds",
  },
  overloaded: {
    status: 503,
    title: "Cassandra overloaded",
    ...PASSING,
    logLevel: "error",
    routes: ["any"],
    meaning: "Cassandra is overloaded",
    action: "Retry later, and less often",
  },
  too_busy: {
    status: 503,
    title: "Too busy",
    ...PASSING,
    logLevel: "warning",
    routes: ["any"],
    meaning:
      "This process is serving as many requests as it can, at most `MAX_IN_FLIGHT`, or too many unknown tokens are waiting",
    action: "Retry after `Retry-After` seconds",
  },
  too_many_streams: {
    status: 503,
    title: "Too many streams",
    repeat: "later",
    retryAfterSeconds: 5,
    logLevel: "warning",
    routes: ["streams", "hand_written"],
    meaning:
      "As many streams or uploads are in progress as `MAX_STREAMS` allows, or `MAX_STREAMS_PER_ROUTE` for this route, or large answers of `MAX_UNREAD_BYTES` in total are waiting to be read",
    action: "Retry after `Retry-After` seconds, or read page by page",
  },
  schema_changed: {
    status: 503,
    title: "Schema changed",
    ...PASSING,
    logLevel: "error",
    routes: ["any"],
    meaning:
      "A table, type or function of the query changed while the service was running, so the statement was not run; the service is deriving its routes from the new schema",
    action: "Retry after `Retry-After` seconds, with values that fit the new types",
  },
  issuer_unavailable: {
    status: 503,
    title: "Token issuer unavailable",
    ...PASSING,
    logLevel: "error",
    routes: ["scoped"],
    meaning:
      "The token cannot be checked: the issuer's keys cannot be fetched, or the issuer cannot be asked about the token",
    action: "Retry after `Retry-After` seconds",
  },
  audit_unavailable: {
    status: 503,
    title: "Audit log unavailable",
    ...PASSING,
    logLevel: "error",
    routes: ["writes", "audited", "hand_written"],
    meaning:
      "With `AUDIT_FAILURE=refuse`, the request was not carried out, because the audit log cannot be written",
    action: "Retry after `Retry-After` seconds",
  },
  timeout: {
    status: 504,
    title: "Timeout",
    repeat: "at_once",
    retryAfterSeconds: null,
    logLevel: "error",
    routes: ["any"],
    meaning:
      "Cassandra did not answer within `REQUEST_TIMEOUT_MS` or the query's `@timeout`, or the handler of a hand-written read within `HANDLER_TIMEOUT_MS`. If it was a write, a retry is safe",
    action: "Repeat the request",
  },
  outcome_unknown: {
    status: 504,
    title: "Outcome unknown",
    repeat: "after_reading",
    retryAfterSeconds: null,
    logLevel: "error",
    routes: ["not_idempotent", "hand_written"],
    meaning:
      "A write that is not idempotent was not confirmed, or the handler of a hand-written route that is not a read took longer than `HANDLER_TIMEOUT_MS`: it may have happened, or may happen yet",
    action: "Read first, then decide whether to retry",
  },
} as const satisfies Readonly<Record<string, CodeRow>>;
