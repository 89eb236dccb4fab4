/**
 * The closed set of error codes, the one table from code to HTTP status, and the error class that
 * carries a code from wherever it happened to the caller. It knows nothing of Hono or the driver.
 *
 * Source: RFC 9457 for the shape that `routes/problem.ts` gives them; RFC 9110 and RFC 6750 for the
 * statuses. `docs/errors.md` documents every code, and a test holds the two together.
 *
 * @module
 */

/** What a code means to HTTP: its status, and the title that never changes. */
interface CodeEntry {
  readonly status: number;
  readonly title: string;
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
  not_ready: { status: 503, title: "Not ready" },
  unavailable: { status: 503, title: "Cassandra unavailable" },
  overloaded: { status: 503, title: "Cassandra overloaded" },
  too_busy: { status: 503, title: "Too busy" },
  issuer_unavailable: { status: 503, title: "Token issuer unavailable" },
  timeout: { status: 504, title: "Timeout" },
  outcome_unknown: { status: 504, title: "Outcome unknown" },
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof CODES;

/** One mistake in a request's input. */
export interface InputError {
  /**
   * Where the value is: a JSON pointer (RFC 6901) into the body, or the parameter by its place,
   * as in `/query/limit` and `/path/station_id`; a body's pointers begin with `/body`.
   */
  readonly pointer: string;
  readonly detail: string;
}

export interface ServiceErrorOptions {
  /** The whole story, for the operator's log only. */
  readonly cause?: unknown;
  readonly errors?: readonly InputError[];
  /** Members that this code adds to the problem document, such as `current`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An error that a caller is told of, by its code. `detail` goes to the caller: it says what to do and
 * holds nothing of Cassandra's internals; what the operator needs goes into `cause`.
 */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: Code;
  readonly detail: string;
  readonly errors: readonly InputError[];
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: Code, detail: string, options: ServiceErrorOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.extensions = options.extensions ?? {};
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return CODES[this.code].status;
  }
}
