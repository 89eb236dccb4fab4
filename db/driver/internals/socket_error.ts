/**
 * How the driver marks the error of a connection that was lost.
 *
 * @module
 */

export function isSocketError(error: unknown): error is Error {
  return error instanceof Error && "isSocketError" in error && error.isSocketError === true;
}
