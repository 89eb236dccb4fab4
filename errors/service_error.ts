/**
 * The error class that carries a code from the place of the failure to the client. It knows neither Hono
 * nor the driver.
 *
 * @module
 */
import { type Code, CODES } from "./codes.ts";

/** One mistake in a request's input. */
export interface InputError {
  /**
   * Where the value is: a JSON pointer (RFC 6901) into the body, or the parameter by its place,
   * as in `/query/limit` and `/path/station_id`; a body's pointers begin with `/body`.
   */
  readonly pointer: string;
  readonly detail: string;
}

/** A mistake in the value of a parameter, from a place that does not know where the request has it. */
export interface ParamError {
  /** The parameter's name. */
  readonly param: string;
  readonly detail: string;
}

export interface ServiceErrorOptions {
  /** What went wrong inside, for the operator's log only. */
  readonly cause?: unknown;
  readonly errors?: readonly InputError[];
  /** Mistakes whose places in the request are not known yet: `routes` turns them into `errors`. */
  readonly paramErrors?: readonly ParamError[];
  /** Members that this code adds to the problem document, such as `current`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An error that the client learns of, by its code. `detail` goes to the client: it says what to do and
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

  /** The same error for another request, which may show it in another way. */
  copy(): ServiceError {
    const { code, detail, cause, errors, paramErrors, extensions, headers } = this;
    return new ServiceError(code, detail, { cause, errors, paramErrors, extensions, headers });
  }

  /** The same error, with other mistakes to show. */
  withErrors(errors: readonly InputError[]): ServiceError {
    const { code, detail, cause, extensions, headers } = this;
    return new ServiceError(code, detail, { cause, errors, extensions, headers });
  }
}

/** A failure of the service itself: the client learns that it happened, the operator why. */
export function internalError(cause: unknown): ServiceError {
  return new ServiceError("internal", "Internal error", { cause });
}

/** What any error becomes: a service error as it is, all others `internal`. */
export function toServiceError(error: unknown): ServiceError {
  return error instanceof ServiceError ? error : internalError(error);
}
