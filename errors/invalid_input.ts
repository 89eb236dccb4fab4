/**
 * The error for input that does not fit, and where in the request each mistake is.
 *
 * @module
 */
import { type InputError, ServiceError } from "./service_error.ts";

/** The error for input that does not fit, with every mistake. */
export function invalidInput(errors: readonly InputError[]): ServiceError {
  const count = errors.length === 1 ? "One value does" : `${errors.length} values do`;
  return new ServiceError("invalid_input", `${count} not fit: "errors" says which and why`, {
    errors,
  });
}

/** RFC 6901. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

/**
 * The error for a cursor that does not belong to the request, for whatever reason.
 *
 * @param options.cause where Cassandra does not take it
 */
export function invalidCursor(options: { readonly cause?: unknown } = {}): ServiceError {
  return new ServiceError(
    "invalid_cursor",
    'The cursor does not belong to this request, or is too old: use "next_cursor" as it is, with the same parameters and user, or start again without one',
    options,
  );
}
