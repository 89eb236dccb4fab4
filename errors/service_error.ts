/**
 * The error class that carries a code from wherever it happened to the caller. It knows nothing of Hono
 * or the driver.
 *
 * @module
 */
import { type Code, type CodeEntry, CODES } from "./codes.ts";

/** One mistake in a request's input. */
export interface InputError {
  /**
   * Where the value is: a JSON pointer (RFC 6901) into the body, or the parameter by its place,
   * as in `/query/limit` and `/path/station_id`; a body's pointers begin with `/body`.
   */
  readonly pointer: string;
  readonly detail: string;
}

/** A mistake in the value of a parameter, for whoever does not know where in the request that is. */
export interface ParamError {
  /** The parameter's name. */
  readonly param: string;
  readonly detail: string;
}

export interface ServiceErrorOptions {
  /** The whole story, for the operator's log only. */
  readonly cause?: unknown;
  readonly errors?: readonly InputError[];
  /** Mistakes whose places in the request are still to be found: `routes` makes `errors` of them. */
  readonly paramErrors?: readonly ParamError[];
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
  readonly paramErrors: readonly ParamError[];
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: Code, detail: string, options: ServiceErrorOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.paramErrors = options.paramErrors ?? [];
    this.extensions = options.extensions ?? {};
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return CODES[this.code].status;
  }

  /** The same error, with other mistakes to show. */
  withErrors(errors: readonly InputError[]): ServiceError {
    const { code, detail, cause, extensions, headers } = this;
    return new ServiceError(code, detail, { cause, errors, extensions, headers });
  }

  /** Seconds until a repetition makes sense; undefined where it makes none. */
  get retryAfterS(): number | undefined {
    const entry: CodeEntry = CODES[this.code];
    return entry.retryAfterS;
  }
}

/** What any error becomes: a service error as it is, all others `internal`. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError("internal", "The service made a mistake, which its log explains", {
    cause: error,
  });
}
